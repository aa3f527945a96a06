"""PEG stumbles after a write was sent: nobody knows what became of it, so it is read first."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.support.two_shops import CHAIN, PATIENCE, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId
from peg.intake.looking import Lookout
from peg.ledger import counter
from peg.marketplaces.port import Marketplace, Result, Write
from peg.marketplaces.writers import Decide, KeepBefore
from peg.propagation import board
from peg.propagation.figures import FigurePusher
from peg.propagation.listings import ListingPusher
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget


class Sent:
    """Sends the write, and trips over the answer."""

    def __init__(self, shops: TwoShops) -> None:
        self._shops = shops

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        await self._shops.shopify.market.compare_and_set(writes, key=key)
        raise ZeroDivisionError

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


def clumsy(shops: TwoShops, shop: ShopId) -> FigurePusher | ListingPusher:
    doors: dict[ShopId, Marketplace] = {
        SHOPIFY: shops.shopify.market,
        shops.etsy.market.shop: shops.etsy.market,
    }
    lookout = Lookout(shops.database, shops.clock, doors, PATIENCE)
    prover = Prover(shops.database, shops.clock, lookout, shops.polls)
    ground = (shops.database, shops.clock, Random(1))
    if shop == SHOPIFY:
        return FigurePusher(shop, Sent(shops), *ground, lookout=lookout, prover=prover)
    return ListingPusher(
        shop, Sent(shops), *ground, lookout=lookout, prover=prover, patience=PATIENCE
    )


@pytest.mark.parametrize("pieces", [1, 5], ids=["lowered", "sold out"])
@pytest.mark.parametrize("on_etsy", [False, True], ids=["Shopify", "Etsy"])
async def test_what_was_sent_and_not_heard_of_is_doubtful_and_not_under_way_for_ever(
    tmp_path: Path, *, on_etsy: bool, pieces: int
) -> None:
    async with open_two_shops(tmp_path) as shops:
        shop = shops.etsy.market.shop if on_etsy else SHOPIFY
        chain = (await shops.offer(CHAIN, shop)).id
        async with begin(shops.database) as session:
            await counter.sell(session, CHAIN, pieces, who="mira", now=shops.clock.now())
            await retarget(session, [CHAIN], now=shops.clock.now())
        async with reading(shops.database) as session:
            waiting = await board.dirty(session, shop, now=shops.clock.now())
        due = [one for one in waiting if one.offer == chain]
        pusher = clumsy(shops, shop)
        (group,) = await pusher.groups(due)

        with pytest.raises(ZeroDivisionError):
            await pusher.lower(group)

        async with reading(shops.database) as session:
            (row,) = (await mirror.expected_of(session, [chain]))[chain].values()
        assert row.pending is not None
        assert row.unanswered
