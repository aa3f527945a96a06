"""What a buyer takes between our read and our write is covered, so nothing waits in between."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from tests.support.etsy_shop import EtsyShop, open_etsy_shop
from tests.support.etsy_writes import Before, deciding
from tests.support.market_time import turns

from peg.domain.identity import OfferRef
from peg.domain.offer import ANYWHERE, Reading
from peg.marketplaces.etsy.inventory import READ_HOLDS
from peg.marketplaces.port import BudgetSpent, Shown, TooLate
from peg.marketplaces.writers import READINGS_MAX

GOLD = "Metal=Gold|Ring size=7"


@pytest.fixture
def shop() -> EtsyShop:
    return open_etsy_shop()


@pytest.fixture
def gold(shop: EtsyShop) -> OfferRef:
    return shop.ref("RING-2-A", GOLD)


def shown(shop: EtsyShop, ref: OfferRef) -> int:
    return int(shop.products_of(ref.listing)[0]["quantity"])


@dataclass(slots=True)
class SlowDecision:
    """Wants one less than it read, and takes long over it, so often; buyers do not wait."""

    shop: EtsyShop
    ref: OfferRef
    slow: int
    times: int = 0

    async def decide(self, readings: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        self.times += 1
        if self.times <= self.slow:
            self.shop.practice.etsy.market.buy(self.shop.practice.unit_of("RING-2-A"))
            await self.shop.clock.sleep(READ_HOLDS.total_seconds() + 0.1)
        return {self.ref: readings[self.ref].parts[ANYWHERE].available - 1}


async def test_a_reading_that_grew_old_is_read_again_and_covers_no_sale(
    shop: EtsyShop, gold: OfferRef
) -> None:
    slow = SlowDecision(shop, gold, slow=1)

    results = await shop.market.rewrite(gold.listing, slow.decide, Before(shop).keep)

    assert {one.shown for one in results} == {Shown.SENT}
    assert shown(shop, gold) == 4 - 1 - 1
    assert shop.practice.etsy.market.truth()["overwrote_sale"] == []


async def test_what_is_never_decided_in_time_is_never_sent(shop: EtsyShop, gold: OfferRef) -> None:
    slow = SlowDecision(shop, gold, slow=READINGS_MAX)

    with pytest.raises(TooLate, match="nothing was sent"):
        await shop.market.rewrite(gold.listing, slow.decide, Before(shop).keep)

    assert shown(shop, gold) == 4 - READINGS_MAX
    assert "updateListingInventory" not in shop.count()


async def test_a_raise_waits_for_its_turn_before_it_reads_and_not_after(
    shop: EtsyShop, gold: OfferRef
) -> None:
    """Where one call can go out, it is the write that was decided upon."""

    async def crowd(_: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        crowding.append(asyncio.create_task(stand_in_line()))
        await turns()
        decided.set()
        return {gold: 5}

    async def stand_in_line() -> None:
        async with shop.crowded(calls_left=2, of=1_000):  # the reading is one of them
            await crowd_ended.wait()

    decided, crowd_ended = asyncio.Event(), asyncio.Event()
    crowding = list[asyncio.Task[None]]()
    writing = asyncio.create_task(shop.market.rewrite(gold.listing, crowd, Before(shop).keep))
    await decided.wait()
    await turns()
    written_in_the_crowd = shown(shop, gold)
    crowd_ended.set()
    await asyncio.gather(writing, *crowding)

    assert written_in_the_crowd == 5


async def test_a_raise_begins_only_where_others_have_room(shop: EtsyShop) -> None:
    async with shop.crowded(calls_left=6):
        waiting = asyncio.create_task(shop.market.room_to_raise())
        await turns()
        began_in_the_crowd = waiting.done()
    await waiting

    assert not began_in_the_crowd


async def test_a_raise_that_has_begun_waits_for_nobody_who_only_looks(
    shop: EtsyShop, gold: OfferRef
) -> None:
    """It holds its listing's turn, and what is sold of the listing waits for that."""
    await shop.market.read([gold])  # the answer tells how many calls there are
    async with shop.busy():
        looking = asyncio.create_task(shop.market.read([gold]))
        await asyncio.wait_for(
            shop.market.rewrite(gold.listing, deciding({gold: 5}), Before(shop).keep), timeout=5
        )
        has_looked = looking.done()
    await looking

    assert shown(shop, gold) == 5
    assert not has_looked


async def test_no_raise_begins_where_the_days_calls_are_kept_for_what_is_sold(
    shop: EtsyShop,
) -> None:
    few = {"x-limit-per-day": "10000", "x-remaining-today": "900"}
    await shop.market.room_to_raise()
    shop.quota.learn(few)

    with pytest.raises(BudgetSpent):
        await shop.market.room_to_raise()
