"""Whichever shop is connected first, both end up showing the same as if both had been at once."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
from tests.support.jeweller import RING, Jeweller, open_jeweller
from tests.support.shop_window import ShopWindow

from peg.db.transaction import begin, reading
from peg.domain.identity import MAIN, LocationId, OfferRef
from peg.ledger import counter, queries, reservations
from peg.onboarding import answers
from peg.wiring import examination_of_book
from peg.wiring.findings import State

ATELIER, FAIR = "7001", "7002"
Lies = Mapping[str, int]
Order = Callable[[Jeweller], tuple[tuple[ShopWindow, ...], ...]]


def both_at_once(one: Jeweller) -> tuple[tuple[ShopWindow, ...], ...]:
    return ((one.shopify, one.etsy),)


def etsy_first(one: Jeweller) -> tuple[tuple[ShopWindow, ...], ...]:
    return ((one.etsy,), (one.shopify, one.etsy))


def shopify_first(one: Jeweller) -> tuple[tuple[ShopWindow, ...], ...]:
    return ((one.shopify,), (one.shopify, one.etsy))


ORDERS = [both_at_once, etsy_first, shopify_first]


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def connect(jeweller: Jeweller, order: Order) -> None:
    for windows in order(jeweller):
        await jeweller.imports_from(*windows)


def show(jeweller: Jeweller, *, shopify: Lies, etsy: int) -> tuple[OfferRef, OfferRef]:
    ours = jeweller.shopify.show("RING-1", shopify)
    return ours, jeweller.etsy.show("RING-1", etsy)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    ("lies", "on_etsy", "target"),
    [
        ({ATELIER: 3}, 3, {ATELIER: 3}),
        ({ATELIER: 2, FAIR: 1}, 3, {ATELIER: 2, FAIR: 1}),
        ({ATELIER: 1, FAIR: 5}, 3, {ATELIER: 1, FAIR: 2}),
        ({ATELIER: 1}, 3, {ATELIER: 1}),
        ({ATELIER: 0}, 3, {ATELIER: 0}),
        ({ATELIER: 3}, 0, {ATELIER: 0}),
    ],
    ids=["agree", "two places", "etsy shows less", "shopify less", "shopify none", "etsy none"],
)
async def test_the_shops_show_the_same_in_whichever_order_they_are_connected(
    jeweller: Jeweller, order: Order, lies: Lies, on_etsy: int, target: Lies
) -> None:
    ours, theirs = show(jeweller, shopify=lies, etsy=on_etsy)

    await connect(jeweller, order)

    assert await jeweller.target(ours) == target
    assert await jeweller.should_show(theirs) == sum(target.values())
    disagree = sum(lies.values()) != on_etsy
    assert [one.default for one in await jeweller.questions()] == (
        [str(sum(target.values()))] if disagree else []
    )


@pytest.mark.parametrize("order", ORDERS)
async def test_what_a_person_says_there_is_shows_on_both_shops(
    jeweller: Jeweller, order: Order
) -> None:
    ours, theirs = show(jeweller, shopify={ATELIER: 0}, etsy=3)
    await connect(jeweller, order)
    (question,) = await jeweller.questions()

    async with begin(jeweller.database) as session:
        await answers.answer(session, question.id, "3", who="ann", now=jeweller.clock.now())
    await jeweller.retarget()

    assert await jeweller.target(ours) == {ATELIER: 3}
    assert await jeweller.should_show(theirs) == 3


@pytest.mark.parametrize("order", ORDERS)
async def test_a_sold_out_piece_that_comes_in_again_shows_on_both_shops(
    jeweller: Jeweller, order: Order
) -> None:
    ours, theirs = show(jeweller, shopify={ATELIER: 0}, etsy=0)
    await connect(jeweller, order)

    async with begin(jeweller.database) as session:
        await counter.receive(session, RING, 2, who="ann", now=jeweller.clock.now())
    await jeweller.retarget()

    assert await jeweller.target(ours) == {ATELIER: 2}
    assert await jeweller.should_show(theirs) == 2


async def test_a_piece_sold_or_kept_before_shopify_came_goes_back_on_sale_on_both_shops(
    jeweller: Jeweller,
) -> None:
    ours, theirs = show(jeweller, shopify={ATELIER: 1}, etsy=3)
    await jeweller.imports_from(jeweller.etsy)
    sold = jeweller.etsy.sell(theirs)
    jeweller.etsy.later(60)
    async with begin(jeweller.database) as session:
        now = jeweller.clock.now()
        kept = await reservations.hold(session, RING, 1, until=None, why="fair", who="ann", now=now)
    await jeweller.imports()

    jeweller.etsy.cancel(sold)
    await jeweller.imports()
    async with begin(jeweller.database) as session:
        await reservations.release(session, kept, now=jeweller.clock.now())
    await jeweller.retarget()

    assert await jeweller.target(ours) == {ATELIER: 3}
    assert await jeweller.should_show(theirs) == 3


async def test_pieces_that_get_a_place_are_booked_as_moved_and_stay_as_many(
    jeweller: Jeweller,
) -> None:
    show(jeweller, shopify={ATELIER: 2, FAIR: 1}, etsy=3)

    await connect(jeweller, etsy_first)

    async with reading(jeweller.database) as session:
        entries = await queries.history(session, RING)
        levels = await queries.levels(session, RING)
        assert await queries.wrong_sums(session) == []
    moved = [entry for entry in entries if entry["cause"] == "moved"]
    assert sorted(entry["on_hand"] for entry in moved) == [-3, 1, 2]
    assert MAIN not in levels


async def test_pieces_that_no_shop_can_show_are_found_by_the_doctor(jeweller: Jeweller) -> None:
    ours, theirs = show(jeweller, shopify={ATELIER: 0}, etsy=0)
    await connect(jeweller, both_at_once)
    async with reading(jeweller.database) as session:
        before = await examination_of_book.book(session)

    async with begin(jeweller.database) as session:
        safe, now = LocationId("safe"), jeweller.clock.now()
        await counter.receive(session, RING, 2, who="ann", location=safe, now=now)
    await jeweller.retarget()

    async with reading(jeweller.database) as session:
        (found,) = [one for one in await examination_of_book.book(session) if one not in before]
    assert (found.what, found.state) == ("places", State.LOOK)
    assert "'Piece RING-1' on shopify" in found.sentence
    assert await jeweller.should_show(ours) == 0
    assert await jeweller.should_show(theirs) == 2  # Etsy asks for no place
