"""What a write came to that was not done, and what a person hears of it."""

from collections.abc import AsyncIterator, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.support.pushers import due, on_etsy, on_shopify
from tests.support.shops import APP, key_ring, shop
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from peg.bus import outbox
from peg.catalog import offers
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId, Sku
from peg.domain.messages import Alert
from peg.ledger import counter
from peg.marketplaces.port import (
    AccessRevoked,
    BudgetSpent,
    MarketplaceError,
    MarketplaceUnavailable,
    MaybeApplied,
    MissingScope,
    NoToken,
    Refused,
    RemoteGone,
    Result,
    ShopFrozen,
    Shown,
    UnexpectedAnswer,
    Write,
)
from peg.marketplaces.writers import Decide, KeepBefore
from peg.propagation.forbidden import forbidden_shops
from peg.propagation.refusals import ODD_TRIES, came_to, open_refusals
from peg.propagation.retarget import retarget
from peg.propagation.worker import Pusher
from peg.reads.offers import rows_of
from peg.shops import directory
from peg.shops.directory import Status


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (MaybeApplied(""), Shown.UNKNOWN),
        (MissingScope(""), Shown.FORBIDDEN),
        (Refused(""), Shown.REFUSED),
        (AccessRevoked(""), Shown.FAILED),
        (ShopFrozen(""), Shown.FAILED),
        (NoToken(""), Shown.FAILED),
        (MarketplaceUnavailable(""), Shown.FAILED),
        (BudgetSpent(""), Shown.FAILED),
        (RemoteGone(""), Shown.FAILED),
        (UnexpectedAnswer(""), Shown.FAILED),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_error_is_a_refusal_only_where_a_person_must_mend_the_offer(
    error: MarketplaceError, shown: Shown
) -> None:
    assert came_to(error, tries=1) is shown


def test_an_answer_without_sense_is_a_refusal_once_it_was_given_again_and_again() -> None:
    told = [came_to(UnexpectedAnswer(""), tries=tries) for tries in range(1, ODD_TRIES + 1)]

    assert told == [*[Shown.FAILED] * (ODD_TRIES - 1), Shown.REFUSED]


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def sell(shops: TwoShops, *skus: Sku) -> None:
    async with begin(shops.database) as session:
        for sku in skus:
            await counter.sell(session, sku, 1, who="mira", now=shops.clock.now())
        await retarget(session, skus, now=shops.clock.now())


class Refusing:
    """A shop that answers every write with the error, while there is one."""

    def __init__(self, shops: TwoShops) -> None:
        self._shopify = shops.shopify.market
        self._etsy = shops.etsy.market
        self.error: MarketplaceError | None = None

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        return await self._unless_refused(self._shopify.compare_and_set(writes, key=key))

    async def room_to_raise(self) -> None:
        await self._etsy.room_to_raise()

    async def withdraw(self, listing: str) -> Sequence[Result]:
        return await self._unless_refused(self._etsy.withdraw(listing))

    async def rewrite(
        self, listing: str, decide: Decide, keep: KeepBefore, **how: Any
    ) -> Sequence[Result]:
        return await self._unless_refused(self._etsy.rewrite(listing, decide, keep, **how))

    async def restore(self, listing: str, decide: Decide, keep: KeepBefore) -> Sequence[Result]:
        return await self._unless_refused(self._etsy.restore(listing, decide, keep))

    async def _unless_refused(
        self, write: Coroutine[Any, Any, Sequence[Result]]
    ) -> Sequence[Result]:
        if self.error is None:
            return await write
        write.close()
        raise self.error


class Till:
    """What drives one shop's offers, and what the shop answers to that."""

    def __init__(self, shops: TwoShops, shop: ShopId) -> None:
        self._shops = shops
        self._shop = shop
        self._answers = Refusing(shops)
        drive = on_shopify if shop == SHOPIFY else on_etsy
        self._pusher: Pusher = drive(shops, through=self._answers)

    async def lower(self, error: MarketplaceError | None) -> None:
        """One round of decreases, of all that waits."""
        self._answers.error = error
        waiting = [one for sku in (RING, CHAIN) for one in await due(self._shops, self._shop, sku)]
        for group in await self._pusher.groups(waiting):
            await self._pusher.lower(group)


async def alarms(shops: TwoShops) -> list[str]:
    async with reading(shops.database) as session:
        return [alert.name for _, alert in reversed(await outbox.recent(session, Alert))]


@pytest.mark.parametrize("on_etsy", [False, True], ids=["Shopify", "Etsy"])
async def test_a_refused_offer_is_told_once_until_it_shows_its_target(
    shops: TwoShops, *, on_etsy: bool
) -> None:
    key = shops.etsy.market.shop if on_etsy else SHOPIFY
    await sell(shops, CHAIN)

    till = Till(shops, key)
    for _ in range(3):
        await till.lower(Refused("the listing is locked"))
    async with reading(shops.database) as session:
        refused = await open_refusals(session)
        (row,) = await rows_of(session, [refused[0].offer])
    await till.lower(None)
    async with reading(shops.database) as session:
        mended = await open_refusals(session)
    await sell(shops, CHAIN)
    await till.lower(Refused("the listing is locked"))

    assert [(one.offer.ref.shop, one.sentence) for one in refused] == [
        (key, "the listing is locked")
    ]
    assert (row.refused, row.last_outcome) == (True, "the listing is locked")
    assert mended == []
    assert await alarms(shops) == ["write_refused"] * 2


async def test_offers_that_are_refused_together_are_one_alarm(shops: TwoShops) -> None:
    await sell(shops, RING, CHAIN)

    await Till(shops, SHOPIFY).lower(Refused("no"))

    assert await alarms(shops) == ["write_refused"]
    async with reading(shops.database) as session:
        assert len(await open_refusals(session)) == 2


async def test_a_refused_offer_that_is_deleted_or_of_a_lost_shop_is_refused_no_more(
    shops: TwoShops,
) -> None:
    await sell(shops, RING, CHAIN)
    await Till(shops, SHOPIFY).lower(Refused("no"))
    ring = (await shops.offer(RING, SHOPIFY)).id

    async with begin(shops.database) as session:
        await offers.mark_gone(session, ring)
        left = {one.offer.sku_as_typed for one in await open_refusals(session)}
        now = shops.clock.now()
        await directory.mark(session, SHOPIFY, Status.REVOKED, "uninstalled", now=now)
        lost = await open_refusals(session)

    assert (left, lost) == ({CHAIN}, [])


@pytest.mark.parametrize("on_etsy", [False, True], ids=["Shopify", "Etsy"])
async def test_a_shop_connected_again_was_asked_for_its_rights_and_may_lose_them_again(
    shops: TwoShops, *, on_etsy: bool
) -> None:
    key = shops.etsy.market.shop if on_etsy else SHOPIFY
    await sell(shops, CHAIN)
    till = Till(shops, key)
    await till.lower(MissingScope("no right"))
    async with begin(shops.database) as session:
        told = [one.shop for one in await forbidden_shops(session)]
        await shops.clock.sleep(60)
        known = await directory.by_id(session, key)
        again = shop(key, connected_at=shops.clock.now())
        await directory.store(session, key_ring(), again, APP)
        mended = [one.shop for one in await forbidden_shops(session)]

    await shops.clock.sleep(60)
    await till.lower(MissingScope("no right"))

    assert (known.status, told, mended) == (Status.CONNECTED, [key], [])
    assert await alarms(shops) == ["writes_forbidden"] * 2
