"""What one order took off several listings is checked in one call, however each is lowered."""

import asyncio
from collections.abc import Mapping

import pytest
from tests.support.etsy_shop import EtsyShop, open_etsy_shop
from tests.support.etsy_writes import Before

from peg.domain.identity import OfferRef
from peg.domain.offer import Reading
from peg.marketplaces.etsy.looks import CHECKED_TOGETHER_S
from peg.marketplaces.port import Shown

GOLD = "Metal=Gold|Ring size=7"


@pytest.fixture
def shop() -> EtsyShop:
    return open_etsy_shop()


async def rewrites(shop: EtsyShop, gold: OfferRef, *, after_s: float) -> list[Shown]:
    """Lower it, once its sales were asked for, which takes so long."""

    async def decide(readings: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        assert gold in readings
        await shop.clock.sleep(after_s)
        return {gold: 2}

    results = await shop.market.rewrite(gold.listing, decide, Before(shop).keep, lowers=True)
    return [one.shown for one in results]


async def test_a_withdrawal_is_checked_with_what_is_rewritten_beside_it(shop: EtsyShop) -> None:
    ring, gold = shop.ref("RING-1"), shop.ref("RING-2-A", GOLD)

    withdrawn, rewritten = await asyncio.gather(
        shop.market.withdraw(ring.listing), rewrites(shop, gold, after_s=0.1)
    )

    assert [one.shown for one in withdrawn] == [*rewritten] == [Shown.SENT]
    assert shop.count() == {
        "getListingInventory": 1,  # before the rewrite
        "updateListing": 1,
        "updateListingInventory": 1,
        "getListingsInventoryByListingIds": 1,
    }


async def test_but_for_a_slow_one_it_does_not_wait(shop: EtsyShop) -> None:
    ring, gold = shop.ref("RING-1"), shop.ref("RING-2-A", GOLD)

    async def never(readings: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        await asyncio.Event().wait()
        return dict.fromkeys(readings, 0)

    begun = shop.clock.monotonic()
    slow = asyncio.create_task(
        shop.market.rewrite(gold.listing, never, Before(shop).keep, lowers=True)
    )

    await shop.market.withdraw(ring.listing)

    assert 0 < shop.clock.monotonic() - begun < 2 * CHECKED_TOGETHER_S
    slow.cancel()


async def test_nothing_waits_for_itself(shop: EtsyShop) -> None:
    gold = shop.ref("RING-2-A", GOLD)
    begun = shop.clock.monotonic()

    assert await rewrites(shop, gold, after_s=0.0) == [Shown.SENT]

    assert shop.clock.monotonic() == begun
