"""While nobody can say what one shop sold, valuable pieces are off sale on the other.

All pieces cost 123 dollars but the silver band, which costs 99.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.little_catalogue import (
    BROOCH,
    CHAIN,
    GOLD,
    RING,
    SILVER,
    STUDS,
    little_catalogue,
)
from tests.support.little_shop import LittleShop, open_little_shop

from peg.alerts import register
from peg.catalog import offers
from peg.db.transaction import reading
from peg.intake.many import Many
from peg.ledger import counter
from peg.propagation.blind_side import BlindSide, Worth
from peg.shops import directory
from peg.shops.directory import Status

pytestmark = pytest.mark.virtual_time

AFTER_S = 6.0
"""Of the shops' time; in earnest it is half an hour."""

MANY = Many(offers_min=3, share=0.2)
"""Four of six offers going up at once are so many that a person is asked, were it not PEG's own."""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(
        tmp_path, catalogue=little_catalogue(with_brooch=True), many=MANY
    ) as shop:
        yield shop


def guard(shop: LittleShop, value: str | None = "100") -> BlindSide:
    ground, after = shop.rehearsal.ground, timedelta(seconds=AFTER_S)
    worth = None if value is None else Worth(value=Decimal(value), after=after)
    return BlindSide(ground.database, ground.clock, worth)


async def dark(shop: LittleShop, *, shopify: float = 0.0) -> None:
    """Etsy answers nothing for longer than PEG stands it, and Shopify at that rate."""
    shop.faults(**{"etsy.server_error": 1.0, "shopify.http_503": shopify})
    await shop.rehearsal.ground.clock.sleep(AFTER_S + 1)


async def noticed(shop: LittleShop, guard: BlindSide) -> None:
    """PEG looks until it sees that Etsy is dark and Shopify is not."""
    await dark(shop)
    while not await alarms(shop):
        await guard.look()
        await asyncio.sleep(0.05)


async def light_again(shop: LittleShop, guard: BlindSide) -> None:
    """Etsy answers, and PEG asks it again once it dares to."""
    shop.faults(**{"etsy.server_error": 0.0})
    while await alarms(shop):
        await asyncio.sleep(0.05)
        await guard.look()


async def marked(shop: LittleShop, status: Status) -> None:
    """Etsy is closed, lost or taken out, and known to be."""
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await directory.mark(session, shop.shop("etsy"), status, "as told", now=now)


async def alarms(shop: LittleShop) -> list[str]:
    async with reading(shop.rehearsal.ground.database) as session:
        standing = await register.standing(session)
    return [one.sentence for one in standing if one.name == "blind_side"]


async def test_what_a_silent_shop_may_have_sold_is_off_sale_and_comes_back(
    shop: LittleShop,
) -> None:
    watch = guard(shop)

    await noticed(shop, watch)

    await shop.until(lambda: shop.on("shopify", RING) == 0)
    await shop.until(lambda: shop.on("shopify", CHAIN) == 0)
    assert shop.on("shopify", BROOCH) == 3  # Etsy does not sell it
    assert shop.on("shopify", SILVER) == 4  # it is not worth a hundred
    (told,) = await alarms(shop)
    assert "4 offers of 100 or more" in told

    await light_again(shop, watch)

    for sku, pieces in ((RING, 1), (STUDS, 1), (CHAIN, 5), (GOLD, 3)):
        await shop.ends_at(sku, pieces)
    assert await shop.questions() == []
    assert await alarms(shop) == []


async def test_what_the_silent_shop_did_sell_stays_off(shop: LittleShop) -> None:
    watch = guard(shop)
    await noticed(shop, watch)
    await shop.until(lambda: shop.on("shopify", RING) == 0)

    shop.buys("etsy", RING)
    await light_again(shop, watch)

    await shop.ends_at(STUDS, 1)
    assert shop.shows(RING) == (0, 0)
    assert shop.sold_twice() == 0


async def test_without_the_guard_it_is_sold_twice(shop: LittleShop) -> None:
    await dark(shop)
    await guard(shop, None).look()

    shop.buys("etsy", RING)
    shop.buys("shopify", RING)

    assert shop.sold_twice() == 1


async def test_where_nothing_can_be_read_it_is_our_own_line(shop: LittleShop) -> None:
    watch = guard(shop)

    await dark(shop, shopify=1.0)
    await watch.look()
    shop.faults(**{"etsy.server_error": 0.0, "shopify.http_503": 0.0})

    await shop.stays(RING, 1, 1)
    assert await alarms(shop) == []


async def test_a_peg_that_has_just_begun_gives_the_shop_its_time(shop: LittleShop) -> None:
    await dark(shop)

    await guard(shop).look()

    await shop.stays(RING, 1, 1)


@pytest.mark.parametrize("status", [Status.FROZEN, Status.DISCONNECTED])
async def test_a_shop_that_is_closed_or_taken_out_endangers_nothing(
    shop: LittleShop, status: Status
) -> None:
    """A closed shop sells nothing; what one sells that a person took out is their affair."""
    watch = guard(shop)
    shop.faults(**{"etsy.server_error": 1.0})  # a poll that is answered would find it open
    await marked(shop, status)

    await dark(shop)
    await watch.look()

    await shop.stays(RING, 1, 1)
    assert await alarms(shop) == []


async def test_a_shop_that_peg_has_lost_its_access_to_goes_on_selling(shop: LittleShop) -> None:
    watch = guard(shop)
    await marked(shop, Status.REVOKED)

    await noticed(shop, watch)

    await shop.until(lambda: shop.on("shopify", RING) == 0)


async def test_what_was_deleted_on_the_silent_shop_cannot_be_sold_there(shop: LittleShop) -> None:
    watch, listed = guard(shop), await shop.offer("etsy", RING)
    async with shop.at_the_counter() as session:
        await offers.mark_gone(session, listed.id)

    await noticed(shop, watch)

    await shop.until(lambda: shop.on("shopify", CHAIN) == 0)
    assert await shop.calm(lambda: shop.on("shopify", RING)) == 1
    (told,) = await alarms(shop)
    assert "3 offers of 100 or more" in told


async def test_what_was_counted_meanwhile_asks_before_it_goes_up(shop: LittleShop) -> None:
    watch = guard(shop)
    await noticed(shop, watch)
    await shop.until(lambda: shop.on("shopify", CHAIN) == 0)
    async with shop.at_the_counter() as session:
        for sku in (RING, STUDS, CHAIN, GOLD):
            now = shop.rehearsal.ground.clock.now()
            await counter.receive(session, sku, 40, who="mira", now=now)

    await light_again(shop, watch)

    await shop.is_asked("many_raises")
    assert shop.on("shopify", CHAIN) <= 5


async def test_who_sets_no_value_any_more_has_all_of_it_back(shop: LittleShop) -> None:
    await noticed(shop, guard(shop))
    await shop.until(lambda: shop.on("shopify", RING) == 0)

    await guard(shop, None).look()
    shop.faults(**{"etsy.server_error": 0.0})

    await shop.ends_at(RING, 1)


async def test_who_sells_although_nobody_knows_takes_the_silent_shop_out_as_well(
    shop: LittleShop,
) -> None:
    """As long as the shop is connected, what it sells too lacks its proof."""
    await noticed(shop, guard(shop))
    await shop.until(lambda: shop.on("shopify", RING) == 0)

    await guard(shop, None).look()
    assert await shop.calm(lambda: shop.on("shopify", RING)) == 0
    await marked(shop, Status.DISCONNECTED)

    await shop.until(lambda: shop.on("shopify", RING) == 1)
    assert await alarms(shop) == []


async def test_to_take_the_silent_shop_out_puts_nothing_back(shop: LittleShop) -> None:
    """It may have sold the ring before it was taken out, and nobody has said so."""
    watch = guard(shop)
    await noticed(shop, watch)
    await shop.until(lambda: shop.on("shopify", RING) == 0)
    shop.buys("etsy", RING)

    await marked(shop, Status.DISCONNECTED)
    await watch.look()

    assert await shop.calm(lambda: shop.on("shopify", RING)) == 0
    assert shop.sold_twice() == 0
    (told,) = await alarms(shop)
    assert "if you took it out, once PEG_BLIND_VALUE is unset" in told
