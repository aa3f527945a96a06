from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NECKLACE, NOON, RING, Bench, open_bench, shopify_ref

from peg.domain.errors import BadQuantity, UnknownSku
from peg.domain.identity import MAIN, LocationId, Sku
from peg.ledger import cases, counter, queries, reservations
from peg.ledger.counter import SeveralPlaces
from peg.ledger.reservations import NoSuchHold

ATELIER, GALLERY = LocationId("atelier"), LocationId("gallery")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def on_hand(bench: Bench) -> dict[LocationId, int]:
    levels = await queries.levels(bench.session, RING)
    return {place: level.on_hand for place, level in levels.items()}


async def keep(bench: Bench, pieces: int) -> int:
    return await reservations.hold(
        bench.session, RING, pieces, until=None, why="layaway", who="anna", now=NOON
    )


async def test_a_piece_sold_in_person_leaves_the_shelf(bench: Bench) -> None:
    await bench.stock(RING, 2)

    after = await counter.sell(bench.session, RING, 1, who="anna", note="market day", now=NOON)

    (entry, _) = await queries.history(bench.session, RING)
    assert after.level.on_hand == 1
    assert (entry["cause"], entry["reference"], entry["note"]) == (
        "counter_sale",
        "anna",
        "market day",
    )


async def test_a_piece_handed_over_is_gone_though_the_book_had_none(bench: Bench) -> None:
    await bench.stock(RING, 0)

    after = await counter.sell(bench.session, RING, 1, who="anna", now=NOON)

    (case,) = await cases.all_cases(bench.session)
    assert (after.level.on_hand, after.oversold, case["oversold"]) == (-1, 1, 1)


async def test_a_hold_keeps_its_piece_on_the_shelf_of_no_buyer_but_its_own(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await keep(bench, 1)

    after = await counter.sell(bench.session, RING, 1, who="anna", now=NOON)

    assert (after.level.reserved, after.oversold) == (1, 1)


async def test_what_was_kept_for_a_buyer_is_sold_to_her_and_the_hold_is_over(bench: Bench) -> None:
    await bench.stock(RING, 2)
    number = await keep(bench, 1)
    told_before = len(await bench.news("stock.changed"))

    after = await counter.sell(bench.session, RING, 1, hold=number, who="anna", now=NOON)

    (entry, *_) = await queries.history(bench.session, RING)
    assert (after.level.on_hand, after.level.reserved, after.level.available) == (1, 0, 1)
    assert (entry["on_hand"], entry["reserved"], entry["cause"]) == (-1, -1, "counter_sale")
    assert await reservations.active(bench.session) == []
    assert len(await bench.news("stock.changed")) == told_before  # no shop showed it anyway


async def test_a_buyer_who_takes_fewer_leaves_the_others_on_hold(bench: Bench) -> None:
    await bench.stock(RING, 3)
    number = await keep(bench, 2)

    after = await counter.sell(bench.session, RING, 1, hold=number, who="anna", now=NOON)

    (left,) = await reservations.active(bench.session)
    assert (left.quantity, after.level.reserved, after.level.available) == (1, 1, 1)


async def test_a_buyer_who_takes_more_takes_the_rest_from_the_shelf(bench: Bench) -> None:
    await bench.stock(RING, 3)
    number = await keep(bench, 1)

    after = await counter.sell(bench.session, RING, 3, hold=number, who="anna", now=NOON)

    assert await reservations.active(bench.session) == []
    assert (after.level.on_hand, after.level.reserved, after.oversold) == (0, 0, 0)


async def test_a_hold_that_is_over_or_keeps_another_piece_sells_nothing(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await bench.stock(NECKLACE, 1)
    number = await keep(bench, 1)

    with pytest.raises(NoSuchHold, match=NECKLACE):
        await counter.sell(bench.session, NECKLACE, 1, hold=number, who="anna", now=NOON)
    await reservations.release(bench.session, number, now=NOON)
    with pytest.raises(NoSuchHold, match="peg holds"):
        await counter.sell(bench.session, RING, 1, hold=number, who="anna", now=NOON)

    assert (await bench.level()).on_hand == (await bench.level(NECKLACE)).on_hand == 1


async def test_pieces_from_several_places_are_taken_from_the_fullest_first(bench: Bench) -> None:
    await bench.stock(RING, 1, at=ATELIER)
    await bench.stock(RING, 3, at=GALLERY)

    await counter.sell(bench.session, RING, 4, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 0, GALLERY: 0}


async def test_goods_go_to_the_place_named_or_to_the_fullest(bench: Bench) -> None:
    await bench.stock(RING, 1, at=ATELIER)

    await counter.receive(bench.session, RING, 2, who="anna", location=GALLERY, now=NOON)
    await counter.receive(bench.session, RING, 5, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 1, GALLERY: 7}


async def test_the_first_goods_of_an_item_go_to_the_main_place(bench: Bench) -> None:
    await bench.stock(RING, 0)

    await counter.receive(bench.session, RING, 1, who="anna", now=NOON)

    assert await on_hand(bench) == {MAIN: 1}


@pytest.mark.parametrize(("counted", "difference"), [(3, 0), (5, 2), (0, -3)])
async def test_a_count_says_by_how_much_the_book_was_wrong(
    bench: Bench, counted: int, difference: int
) -> None:
    await bench.stock(RING, 3)

    told = await counter.count(bench.session, RING, counted, who="anna", now=NOON)

    assert told == difference
    assert (await bench.level()).on_hand == counted


async def test_a_count_of_an_item_at_two_places_must_name_one(bench: Bench) -> None:
    await bench.stock(RING, 1, at=ATELIER)
    await bench.stock(RING, 2, at=GALLERY)

    with pytest.raises(SeveralPlaces, match="1 at atelier, 2 at gallery"):
        await counter.count(bench.session, RING, 3, who="anna", now=NOON)
    named = await counter.count(bench.session, RING, 3, who="anna", location=GALLERY, now=NOON)

    assert named == 1
    assert await on_hand(bench) == {ATELIER: 1, GALLERY: 3}


async def test_an_empty_place_is_no_reason_to_ask(bench: Bench) -> None:
    await bench.stock(RING, 0, at=ATELIER)
    await bench.stock(RING, 2, at=GALLERY)
    await bench.post(RING, at=ATELIER, on_hand=1)
    await bench.post(RING, at=ATELIER, on_hand=-1)

    difference = await counter.count(bench.session, RING, 2, who="anna", now=NOON)

    assert difference == 0


async def test_nonsense_is_refused(bench: Bench) -> None:
    await bench.stock(RING, 1)

    for pieces in (0, -1):
        with pytest.raises(BadQuantity):
            await counter.sell(bench.session, RING, pieces, who="anna", now=NOON)
        with pytest.raises(BadQuantity):
            await counter.receive(bench.session, RING, pieces, who="anna", now=NOON)
    with pytest.raises(BadQuantity):
        await counter.count(bench.session, RING, -1, who="anna", now=NOON)
    with pytest.raises(UnknownSku):
        await counter.sell(bench.session, Sku("RING-9"), 1, who="anna", now=NOON)


async def at_two_places(bench: Bench, *, gallery: int) -> None:
    """Three rings at the atelier, and some at the gallery."""
    await bench.stock(RING, 3, at=ATELIER)
    if gallery:
        await bench.stock(RING, gallery, at=GALLERY)


async def test_a_piece_sold_at_a_place_leaves_that_one(bench: Bench) -> None:
    await at_two_places(bench, gallery=1)

    await counter.sell(bench.session, RING, 1, location=GALLERY, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 3, GALLERY: 0}


async def test_what_the_book_had_not_at_that_place_was_somewhere_else(bench: Bench) -> None:
    await at_two_places(bench, gallery=1)

    after = await counter.sell(bench.session, RING, 2, location=GALLERY, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 2, GALLERY: 0}
    assert (after.level.on_hand, after.oversold) == (2, 0)


async def test_what_the_book_had_nowhere_was_sold_where_it_is_said(bench: Bench) -> None:
    await at_two_places(bench, gallery=0)

    after = await counter.sell(bench.session, RING, 4, location=GALLERY, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 0, GALLERY: -1}
    assert after.oversold == 1


async def test_a_held_piece_leaves_the_place_where_it_was_kept(bench: Bench) -> None:
    await at_two_places(bench, gallery=1)
    number = await keep(bench, 1)

    await counter.sell(bench.session, RING, 2, hold=number, location=GALLERY, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 2, GALLERY: 0}


async def test_a_piece_missed_on_a_shop_is_the_one_that_was_sold_where_it_is_said(
    bench: Bench,
) -> None:
    atelier = await bench.place("71", "Atelier")
    await at_two_places(bench, gallery=1)
    await bench.offer(shopify_ref(), RING, shows={"71": 3})
    assert await bench.read(shopify_ref(), {"71": 2}) == "missing"

    after = await counter.sell(bench.session, RING, 1, location=GALLERY, who="anna", now=NOON)

    assert await on_hand(bench) == {atelier: 3, GALLERY: 0}
    assert after.level.suspended == 0


async def test_what_is_sold_from_a_hold_of_several_places_leaves_no_shelf_below_nothing(
    bench: Bench,
) -> None:
    await at_two_places(bench, gallery=2)
    number = await keep(bench, 5)

    after = await counter.sell(bench.session, RING, 4, hold=number, who="anna", now=NOON)

    (left,) = await reservations.active(bench.session)
    assert await on_hand(bench) == {ATELIER: 0, GALLERY: 1}
    assert (left.places, after.level.available, after.oversold) == ({GALLERY: 1}, 0, 0)


async def test_a_true_count_beside_a_large_hold_offers_nothing_that_is_kept(bench: Bench) -> None:
    await at_two_places(bench, gallery=2)
    number = await keep(bench, 5)
    await counter.sell(bench.session, RING, 4, hold=number, who="anna", now=NOON)

    told = await counter.count(bench.session, RING, 0, location=ATELIER, who="anna", now=NOON)

    assert (told, (await bench.level()).available) == (0, 0)


async def test_of_a_hold_of_several_places_those_go_first_that_lie_where_it_is_said(
    bench: Bench,
) -> None:
    await at_two_places(bench, gallery=2)
    number = await keep(bench, 5)

    await counter.sell(bench.session, RING, 3, hold=number, location=GALLERY, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 2, GALLERY: 0}


async def test_kept_pieces_that_are_sold_all_the_same_leave_from_where_they_lie(
    bench: Bench,
) -> None:
    """Ten of twelve are kept for somebody, and eleven are sold: no shelf has fewer than none."""
    await bench.stock(RING, 8, at=ATELIER)
    await bench.stock(RING, 4, at=GALLERY)
    await keep(bench, 10)

    await counter.sell(bench.session, RING, 11, who="anna", now=NOON)

    assert sum((await on_hand(bench)).values()) == 1
    assert all(pieces >= 0 for pieces in (await on_hand(bench)).values())


async def test_goods_that_come_in_fill_first_what_is_short(bench: Bench) -> None:
    await bench.stock(RING, 4, at=GALLERY)
    await bench.post(RING, at=ATELIER, on_hand=-3)

    await counter.receive(bench.session, RING, 5, who="anna", now=NOON)

    assert await on_hand(bench) == {ATELIER: 0, GALLERY: 6}
