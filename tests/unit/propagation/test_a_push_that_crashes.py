"""PEG stumbles after a write was sent: nobody knows what became of it, so it is read first."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.pushers import due, on_etsy, on_shopify
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import mirror
from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable
from peg.db.transaction import begin, reading
from peg.ledger import counter
from peg.marketplaces.port import Result, Write
from peg.marketplaces.writers import Decide, KeepBefore
from peg.propagation.retarget import retarget


class Sent:
    """Sends the write, and trips over the answer."""

    def __init__(self, shops: TwoShops) -> None:
        self._shops = shops

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        await self._shops.shopify.market.compare_and_set(writes, key=key)
        raise ZeroDivisionError

    async def room_to_raise(self) -> None:
        await self._shops.etsy.market.room_to_raise()

    async def withdraw(self, listing: str) -> Sequence[Result]:
        await self._shops.etsy.market.withdraw(listing)
        raise ZeroDivisionError

    async def rewrite(
        self, listing: str, decide: Decide, keep: KeepBefore, **how: Any
    ) -> Sequence[Result]:
        await self._shops.etsy.market.rewrite(listing, decide, keep, **how)
        raise ZeroDivisionError

    async def restore(self, listing: str, decide: Decide, keep: KeepBefore) -> Sequence[Result]:
        await self._shops.etsy.market.restore(listing, decide, keep)
        raise ZeroDivisionError


class FullForAWhile(Database):
    """A database that takes nothing for the next `turns` writes."""

    def __init__(self, of: Database) -> None:
        super().__init__(of.engine)
        self.turns = 0

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[None]:
        if self.turns:
            self.turns -= 1
            raise DatabaseUnavailable("the disk is full")
        async with super().writer():
            yield


class SentAsTheDiskFilled(Sent):
    """Sends the write; neither its answer nor that there is none can be kept at once."""

    def __init__(self, shops: TwoShops, disk: FullForAWhile) -> None:
        super().__init__(shops)
        self._disk = disk

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        with pytest.raises(ZeroDivisionError):
            await super().compare_and_set(writes, key=key)
        return self._filled()

    async def rewrite(
        self, listing: str, decide: Decide, keep: KeepBefore, **how: Any
    ) -> Sequence[Result]:
        with pytest.raises(ZeroDivisionError):
            await super().rewrite(listing, decide, keep, **how)
        return self._filled()

    def _filled(self) -> Sequence[Result]:
        self._disk.turns = 3
        return []


@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
async def test_it_is_not_under_way_for_ever_either_where_the_disk_was_full_meanwhile(
    tmp_path: Path, *, etsy: bool
) -> None:
    async with open_two_shops(tmp_path) as shops:
        shop = shops.etsy.market.shop if etsy else SHOPIFY
        async with begin(shops.database) as session:
            await counter.sell(session, CHAIN, 1, who="mira", now=shops.clock.now())
            await retarget(session, [CHAIN], now=shops.clock.now())
        disk = FullForAWhile(shops.database)
        push = on_etsy if etsy else on_shopify
        pusher = push(replace(shops, database=disk), through=SentAsTheDiskFilled(shops, disk))
        (group,) = await pusher.groups(await due(shops, shop, CHAIN))

        with pytest.raises(DatabaseUnavailable):
            await pusher.lower(group)

        chain = (await shops.offer(CHAIN, shop)).id
        async with reading(shops.database) as session:
            (row,) = (await mirror.expected_of(session, [chain]))[chain].values()
        assert row.pending is not None
        assert row.unanswered


@pytest.mark.parametrize("pieces", [1, 5], ids=["lowered", "sold out"])
@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
async def test_what_was_sent_and_not_heard_of_is_doubtful_and_not_under_way_for_ever(
    tmp_path: Path, *, etsy: bool, pieces: int
) -> None:
    async with open_two_shops(tmp_path) as shops:
        shop = shops.etsy.market.shop if etsy else SHOPIFY
        async with begin(shops.database) as session:
            await counter.sell(session, CHAIN, pieces, who="mira", now=shops.clock.now())
            await retarget(session, [CHAIN], now=shops.clock.now())
        push = on_etsy if etsy else on_shopify
        pusher = push(shops, through=Sent(shops))
        (group,) = await pusher.groups(await due(shops, shop, CHAIN))

        with pytest.raises(ZeroDivisionError):
            await pusher.lower(group)

        chain = (await shops.offer(CHAIN, shop)).id
        async with reading(shops.database) as session:
            (row,) = (await mirror.expected_of(session, [chain]))[chain].values()
        assert row.pending is not None
        assert row.unanswered
