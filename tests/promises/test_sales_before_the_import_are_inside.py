"""What was sold before the first figures were read is inside them, and not taken off twice."""

from collections.abc import AsyncIterator
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
    open_bench,
    shopify_ref,
)

from peg.domain.identity import POOL
from peg.domain.stock import StockLevel
from peg.ledger import order_rows, queries

YESTERDAY = -24 * 60.0


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_a_waiting_order_adds_its_piece_to_the_shelf_and_stays_promised(
    bench: Bench,
) -> None:
    await bench.stock(RING, 2)
    await bench.offer(etsy_ref(), RING, shows=2, read_minute=0)
    order = OrderTold(created=YESTERDAY)

    await bench.take_in(order.told(-5, line(etsy_ref(), 1)))
    waiting = await bench.level()
    await bench.take_in(order.told(5, line(etsy_ref(), shipped=1)))
    shipped = await bench.level()

    assert (waiting.on_hand, waiting.committed, waiting.available) == (3, 1, 2)
    assert (shipped.on_hand, shipped.committed, shipped.available) == (2, 0, 2)
    assert (await bench.expects(etsy_ref())).quantity == 2


async def test_its_cancellation_gives_the_piece_back(bench: Bench) -> None:
    await bench.stock(RING, 2)
    await bench.offer(etsy_ref(), RING, shows=2, read_minute=0)
    order = OrderTold(created=YESTERDAY)
    await bench.take_in(order.told(-5, line(etsy_ref(), 1)))

    await bench.take_in(order.told(5, line(etsy_ref(), restocked=1)))

    assert await bench.available() == 3
    assert (await bench.expects(etsy_ref())).may_rise == 1


async def test_an_order_that_was_over_by_then_changes_nothing(bench: Bench) -> None:
    await bench.stock(RING, 2)
    await bench.offer(etsy_ref(), RING, shows=2, read_minute=0)
    before = await bench.level()

    await bench.take_in(OrderTold(order="1", created=YESTERDAY).told(-9, line(etsy_ref())))
    gone = line(etsy_ref(), shipped=1, restocked=1, written_off=1)
    await bench.take_in(OrderTold(order="2", created=YESTERDAY).told(-9, gone))

    assert await bench.level() == before
    assert (await bench.expects(etsy_ref())).may_rise == 0


async def test_its_piece_moves_with_it_to_the_place_it_ships_from(bench: Bench) -> None:
    atelier = await bench.place("71", "Atelier")
    await bench.place("72", "Gallery")
    await bench.stock(RING, 2, at=atelier)
    await bench.offer(shopify_ref(), RING, shows={"71": 2, "72": 0}, read_minute=0)
    order = OrderTold(shop=SHOPIFY, created=YESTERDAY)

    await bench.take_in(order.told(-5, line(shopify_ref(), 1)))
    await bench.take_in(order.told(-4, line(shopify_ref(), 1, at="71")))

    levels = await queries.levels(bench.session, RING)
    assert levels[POOL] == StockLevel(on_hand=0)
    assert levels[atelier] == StockLevel(on_hand=3, committed=1)


async def test_what_an_edit_adds_to_an_old_order_is_a_new_sale(bench: Bench) -> None:
    await bench.stock(RING, 5)
    await bench.stock(NECKLACE, 5)
    await bench.offer(shopify_ref("11"), RING, shows={"71": 5}, read_minute=0)
    await bench.offer(shopify_ref("12", "121"), NECKLACE, shows={"71": 5}, read_minute=0)
    order = OrderTold(shop=SHOPIFY, created=YESTERDAY)
    await bench.take_in(order.told(-5, line(shopify_ref("11"), 1)))

    edited = (line(shopify_ref("11"), 2), line(shopify_ref("12", "121"), 1, line="2"))
    await bench.take_in(order.told(5, *edited))

    assert await bench.available(RING) == 4
    assert await bench.available(NECKLACE) == 4


async def test_a_line_that_an_incomplete_answer_left_out_is_inside_too(bench: Bench) -> None:
    await bench.stock(RING, 5)
    await bench.offer(etsy_ref("22"), RING, shows=5, read_minute=0)
    order = OrderTold(created=YESTERDAY)

    await bench.take_in(order.told(-5, complete=False))
    await bench.take_in(order.told(-5, line(etsy_ref("22"), 1), fetched=-4))

    assert await bench.available() == 5


async def test_an_old_order_of_a_deleted_listing_is_inside_by_its_sku(bench: Bench) -> None:
    await bench.stock(RING, 2)
    await bench.offer(etsy_ref(), RING, shows=2, read_minute=0)

    await bench.take_in(OrderTold(created=YESTERDAY).told(5, line(None, shipped=1, sku=RING)))

    assert await bench.available() == 2


async def test_a_new_order_of_a_deleted_listing_counts_by_its_sku(bench: Bench) -> None:
    await bench.stock(RING, 2)
    await bench.offer(etsy_ref(), RING, shows=2, read_minute=0)

    await bench.take_in(OrderTold(created=5).told(5, line(None, 1, sku=RING)))

    assert await bench.available() == 1


async def test_a_set_sold_before_anybody_said_what_it_is_made_of_takes_its_pieces(
    bench: Bench,
) -> None:
    await bench.stock(RING, 1)
    await bench.stock(NECKLACE, 1)
    await bench.offer(etsy_ref("22"), RING, read_minute=-60)
    await bench.offer(etsy_ref("23"), NECKLACE, read_minute=-60)
    sold = OrderTold(created=-10).told(-10, line(etsy_ref("24"), 1))
    await bench.take_in(sold)
    kept = await order_rows.unresolved(bench.session)

    await bench.offer(etsy_ref("24"), RING, NECKLACE, read_minute=0)
    await bench.take_in(sold)

    assert [row["line"] for row in kept] == ["1"]
    assert await order_rows.unresolved(bench.session) == []
    assert (await bench.available(RING), await bench.available(NECKLACE)) == (0, 0)
