import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.support.clocks import MONDAY_NOON
from tests.unit.marketplaces.shopify.practice import PracticeShopify, open_practice_shopify

from marketsim.market import UnitId
from marketsim.shopify.credentials import SCOPES
from peg.domain.offer import RemoteOffer, Shelf
from peg.marketplaces.port import MissingScope, RemoteGone, Shown, Write

KEY = str(UUID(int=7, version=4))


async def found(practice: PracticeShopify) -> dict[str, RemoteOffer]:
    return {offer.sku: offer async for page in practice.shop.listings() for offer in page.offers}


async def test_every_variant_is_read_with_its_figures_place_by_place() -> None:
    practice = await open_practice_shopify()

    offers = await found(practice)

    ring, chain = offers["RUBY-6"], offers["CHAIN"]
    assert str(ring.price) == "125.00 USD"
    assert sorted(part.available for part in chain.reading.parts.values()) == [3, 5]
    assert ring.tracked
    assert ring.reading.shelf is Shelf.LISTED


async def test_a_reading_tells_whether_a_figure_stops_a_sale() -> None:
    practice = await open_practice_shopify()
    ring = (await found(practice))["RUBY-6"].ref
    market, unit = practice.shopify.market, UnitId(f"gid://shopify/ProductVariant/{ring.variant}")

    told = []
    for tracked, ticked in ((True, False), (True, True), (False, False)):
        market.count(unit, tracked=tracked)
        market.sell_on(unit, ticked=ticked)
        one = (await practice.shop.read([ring]))[ring]
        told.append((one.tracked, one.oversells))

    assert told == [(True, False), (True, True), (False, False)]


async def test_a_stale_figure_holds_up_no_other_and_is_never_sent_again() -> None:
    practice = await open_practice_shopify()
    offers = await found(practice)
    ring, chain = offers["RUBY-6"].ref, offers["CHAIN"].ref
    place, other = sorted(offers["CHAIN"].reading.parts)
    stale = Write(ref=ring, place=place, basis=9, quantity=0)
    good = Write(ref=chain, place=other, basis=3, quantity=2)

    results = await practice.shop.compare_and_set([stale, good], key=KEY)

    assert [result.shown for result in results] == [Shown.STALE, Shown.SENT]
    readings = await practice.shop.read([ring, chain])
    assert readings[ring].parts[place].available == 1
    assert readings[chain].parts[other].available == 2


async def test_a_write_whose_answer_is_lost_is_the_shops_word_or_unknown_never_a_guess() -> None:
    practice = await open_practice_shopify()
    offers = await found(practice)
    chain = offers["CHAIN"]
    place = min(chain.reading.parts)
    basis = chain.reading.parts[place].available
    practice.faults.set_rates({"shopify.response_lost": 1.0})

    write = Write(ref=chain.ref, place=place, basis=basis, quantity=basis - 1)
    (result,) = await practice.shop.compare_and_set([write], key=KEY)

    assert result.shown is Shown.UNKNOWN
    practice.faults.set_rates({"shopify.response_lost": 0.0})
    assert (await practice.shop.read([chain.ref]))[chain.ref].parts[place].available == basis - 1


async def test_the_orders_of_the_last_half_minute_are_read_again() -> None:
    """What was written while a page was read may show late, with a time from before."""
    practice = await open_practice_shopify()
    kept, read = None, []
    for later_s in (0, 20, 40, 1):
        practice.clock.advance(later_s)
        practice.shopify.market.buy(practice.units[1])
        page = await practice.shop.orders_since(kept, now=practice.clock.now())
        kept = page.cursor
        read.append([order.name for order in page.orders])

    first, second, third, fourth = (orders[-1] for orders in read)
    assert read == [[first], [first, second], [first, second, third], [third, fourth]]


@pytest.mark.parametrize(
    "ahead", [timedelta(days=3 * 365), timedelta(hours=20)], ids=["years", "hours"]
)
async def test_a_cursor_from_a_clock_that_was_set_back_since_hides_no_order(
    ahead: timedelta,
) -> None:
    practice = await open_practice_shopify()
    since = (MONDAY_NOON + ahead).isoformat()
    kept = json.dumps({"since": since, "newest": since, "after": None})

    read = await orders_of_three_minutes(practice, kept, now=MONDAY_NOON)

    assert read == [1, 2, 2]


async def test_a_shop_whose_clock_is_ahead_of_ours_is_read_on_from_its_own_time() -> None:
    """Its cursor lies ahead of our clock, and of its own it does not."""
    practice = await open_practice_shopify()

    read = await orders_of_three_minutes(practice, None, now=MONDAY_NOON - timedelta(days=300))

    assert read == [1, 2, 2]


async def orders_of_three_minutes(
    practice: PracticeShopify, kept: str | None, *, now: datetime
) -> list[int]:
    """One is placed each minute; how many are read each time, the newest of before among them."""
    read = []
    for _ in range(3):
        practice.clock.advance(60)
        practice.shopify.market.buy(practice.units[1])
        practice.clock.advance(1)
        page = await practice.shop.orders_since(kept, now=now)
        kept = page.cursor
        read.append(len(page.orders))
    return read


async def test_orders_are_found_though_our_own_clock_is_ahead_by_months() -> None:
    practice = await open_practice_shopify()
    practice.shopify.market.buy(practice.units[1])

    page = await practice.shop.orders_since(None, now=MONDAY_NOON + timedelta(days=300))

    assert len(page.orders) == 1


async def test_a_sale_is_read_once_its_order_is_placed_with_the_place_it_ships_from() -> None:
    practice = await open_practice_shopify()
    offers = await found(practice)
    before = await practice.shop.orders_since(None, now=MONDAY_NOON)
    order = practice.shopify.market.buy(practice.units[0])

    page = await practice.shop.orders_since(before.cursor, now=MONDAY_NOON + timedelta(minutes=1))

    (snapshot,) = page.orders
    (line,) = snapshot.lines
    assert (line.committed, line.shipped, snapshot.paid) == (1, 0, False)
    assert line.ref in {offer.ref for offer in offers.values()}
    assert line.tells_places
    assert (await practice.shop.order(snapshot.order)).lines[0].quantity == 1
    assert order


async def test_an_order_that_cannot_be_read_is_not_a_cancelled_one() -> None:
    practice = await open_practice_shopify()

    with pytest.raises(RemoteGone):
        await practice.shop.order("123456789")


async def test_what_was_cancelled_and_restocked_may_be_sold_again_what_was_lost_may_not() -> None:
    practice = await open_practice_shopify()
    market = practice.shopify.market
    ring, chain = practice.units
    market.cancel(market.buy(ring), restock=True)
    market.cancel(market.buy(chain), restock=False)

    page = await practice.shop.orders_since(None, now=MONDAY_NOON + timedelta(minutes=1))

    states = [
        (line.committed, line.restocked, line.written_off)
        for order in page.orders
        for line in order.lines
    ]
    assert sorted(states) == [(0, 0, 1), (0, 1, 0)]


async def test_missing_subscriptions_are_made_and_made_only_once() -> None:
    practice = await open_practice_shopify()

    first = await practice.shop.ensure_webhooks("https://peg.example/webhooks/shopify")
    second = await practice.shop.ensure_webhooks("https://peg.example/webhooks/shopify")

    assert "orders/create" in first
    assert second == []


async def test_a_write_that_the_app_has_no_right_to_was_not_done() -> None:
    """The answer names the mutation as null: nothing of it can have been applied."""
    practice = await open_practice_shopify()
    chain = (await found(practice))["CHAIN"]
    place = min(chain.reading.parts)
    basis = chain.reading.parts[place].available
    practice.shopify.market.allow_only(one for one in SCOPES if one != "write_inventory")

    write = Write(ref=chain.ref, place=place, basis=basis, quantity=basis - 1)
    with pytest.raises(MissingScope, match="InventorySet"):
        await practice.shop.compare_and_set([write], key=KEY)
