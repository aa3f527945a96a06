"""Who sells in person often types it into a shop as well, before PEG hears of it: one sale."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from tests.support.bench import (
    NECKLACE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    shopify_ref,
)

from peg.domain.identity import LocationId, Sku
from peg.ledger import cases, counter, overdue, queries
from peg.ledger.book import Position

LATER = 40
"""Minutes: long after a missing piece is due."""


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.place("71", "Atelier")
        await bench.place("72", "Gallery")
        yield bench


async def shelf(bench: Bench, pieces: int, *, gallery: int = 0) -> None:
    """So many rings lie in the atelier, and both shops show all of them."""
    await bench.stock(RING, pieces, at=LocationId("atelier"))
    if gallery:
        await bench.stock(RING, gallery, at=LocationId("gallery"))
    await bench.offer(shopify_ref(), RING, shows={"71": pieces, "72": gallery})
    await bench.offer(etsy_ref(), RING, shows=pieces + gallery)


async def sells(bench: Bench, pieces: int = 1, *, at: float = 5) -> Position:
    return await counter.sell(bench.session, RING, pieces, who="anna", now=minute(at))


async def figures(bench: Bench) -> tuple[int, int, int]:
    """On hand, suspended and available; and the book adds up."""
    assert await queries.wrong_sums(bench.session) == []
    level = await bench.level()
    return level.on_hand, level.suspended, level.available


async def on_hand(bench: Bench, sku: Sku = RING) -> Mapping[str, int]:
    levels = await queries.levels(bench.session, sku)
    return {place: level.on_hand for place, level in levels.items() if level.on_hand}


async def test_the_last_piece_that_was_typed_into_a_shop_is_sold_once(bench: Bench) -> None:
    await shelf(bench, 1)
    await bench.read(shopify_ref(), {"71": 0, "72": 0})

    after = await sells(bench)

    assert (after.level.on_hand, after.level.suspended, after.oversold) == (0, 0, 0)
    assert await cases.all_cases(bench.session, open_only=False) == []
    assert await overdue.close_due(bench.session, now=minute(LATER)) == 0
    assert await bench.read(shopify_ref(), {"71": 0, "72": 0}, at=LATER) == "echo, echo"


async def test_what_was_typed_into_both_shops_is_one_sale_still(bench: Bench) -> None:
    await shelf(bench, 3)
    await bench.read(shopify_ref(), {"71": 2, "72": 0})
    await bench.read(etsy_ref(), 2)
    held = await figures(bench)

    await sells(bench)

    assert held == (3, 2, 1)
    assert await figures(bench) == (2, 0, 2)


async def test_a_sale_explains_no_more_than_it_sold(bench: Bench) -> None:
    await shelf(bench, 5)
    await bench.read(etsy_ref(), 2)

    await sells(bench, 2)

    assert await figures(bench) == (3, 1, 2)


async def test_a_sale_of_more_than_was_missed_takes_the_rest_off_the_shelf(bench: Bench) -> None:
    await shelf(bench, 5)
    await bench.read(etsy_ref(), 4)

    await sells(bench, 3)

    assert await figures(bench) == (2, 0, 2)


async def test_it_is_taken_from_the_place_where_it_is_missed(bench: Bench) -> None:
    await shelf(bench, 4, gallery=1)
    await bench.read(shopify_ref(), {"71": 4, "72": 0})

    await sells(bench)

    assert await on_hand(bench) == {"atelier": 4}


async def test_a_count_that_finds_fewer_explains_what_is_missed(bench: Bench) -> None:
    await shelf(bench, 3)
    await bench.read(etsy_ref(), 1)

    wrong_by = await counter.count(bench.session, RING, 2, who="anna", now=minute(5))

    assert wrong_by == -1
    assert await figures(bench) == (2, 1, 1)


async def test_a_count_that_finds_all_of_them_explains_nothing(bench: Bench) -> None:
    """A piece that was sold on a shop and not shipped lies there still."""
    await shelf(bench, 3)
    await bench.read(etsy_ref(), 2)

    wrong_by = await counter.count(bench.session, RING, 3, who="anna", now=minute(5))

    assert wrong_by == 0
    assert await figures(bench) == (3, 1, 2)


@pytest.mark.parametrize("counted", [False, True])
async def test_an_order_that_comes_later_is_a_sale_of_its_own_and_explains_its_shop(
    bench: Bench, *, counted: bool
) -> None:
    await shelf(bench, 5)
    await bench.read(etsy_ref(), 4, at=0)
    if counted:
        await counter.count(bench.session, RING, 4, who="anna", now=minute(5))
    else:
        await sells(bench)

    await bench.take_in(OrderTold(created=-1).told(1, line(etsy_ref(), 1)), at=10)

    assert await figures(bench) == (4, 0, 3)
    assert await bench.read(etsy_ref(), 4, at=11) == "echo"


async def test_a_reservation_of_a_checkout_is_nobodys_sale_in_person(bench: Bench) -> None:
    await bench.stock(RING, 3, at=LocationId("atelier"))
    await bench.offer(shopify_ref(), RING, shows={"71": 3})
    await bench.read(shopify_ref(), {"71": 3}, reserved=0)
    await bench.read(shopify_ref(), {"71": 2}, reserved=1)

    await sells(bench)

    assert await figures(bench) == (2, 1, 1)


async def test_the_sale_of_one_piece_explains_the_set_that_it_is_missing_from(
    bench: Bench,
) -> None:
    await shelf(bench, 2)
    await bench.stock(NECKLACE, 2, at=LocationId("atelier"))
    await bench.offer(etsy_ref("24"), RING, NECKLACE, shows=2)
    await bench.read(etsy_ref("24"), 1)

    await sells(bench)

    assert await figures(bench) == (1, 0, 1)
    assert (await bench.level(NECKLACE)).available == 2


async def test_the_order_of_another_shop_is_a_second_sale(bench: Bench) -> None:
    await shelf(bench, 1)
    await bench.read(etsy_ref(), 0)
    await sells(bench)

    order = OrderTold(shop=SHOPIFY, created=6)
    await bench.take_in(order.told(6, line(shopify_ref(), 1, at="71")), at=6)

    (case,) = await cases.all_cases(bench.session)
    assert case["oversold"] == 1
