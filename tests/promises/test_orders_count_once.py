"""Whatever is lost, doubled, late or out of order: each order counts once, as it is now."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
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

from peg.domain.identity import POOL, LocationId
from peg.ledger import cases, queries
from peg.ledger.orders import Outcome


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_an_order_told_twice_takes_its_pieces_once(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref(), RING, shows=3)
    order = OrderTold()

    first = await bench.take_in(order.told(1, line(etsy_ref(), 2)))
    again = await bench.take_in(order.told(1, line(etsy_ref(), 2)))

    assert (first.outcome, again.outcome) == (Outcome.NEW, Outcome.SAME)
    assert await bench.available() == 1
    assert len(await bench.news("inventory.updated")) == 2  # goods in, and the sale


async def test_an_older_snapshot_that_comes_late_changes_nothing(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref(), RING, shows=3)
    order = OrderTold()
    await bench.take_in(order.told(5, line(etsy_ref(), restocked=2)))

    late = await bench.take_in(order.told(1, line(etsy_ref(), 2)))

    assert late.outcome is Outcome.OLDER
    assert await bench.available() == 3


async def test_of_two_equally_new_snapshots_the_later_fetched_counts(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref(), RING, shows=3)
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref(), 2), fetched=2))

    refunded = await bench.take_in(order.told(1, line(etsy_ref(), 1, restocked=1), fetched=4))
    stale = await bench.take_in(order.told(1, line(etsy_ref(), 2), fetched=3))

    assert refunded.outcome is Outcome.CHANGED
    assert stale.outcome is Outcome.OLDER
    assert await bench.available() == 2


async def test_an_incomplete_answer_is_no_cancellation(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.stock(NECKLACE, 3)
    await bench.offer(etsy_ref("22"), RING, shows=3)
    await bench.offer(etsy_ref("23"), NECKLACE, shows=3)
    order = OrderTold()
    two_lines = (line(etsy_ref("22"), 1, line="1"), line(etsy_ref("23"), 2, line="2"))
    await bench.take_in(order.told(1, *two_lines))

    cut = line(etsy_ref("23"), 1, line="2", restocked=1)
    await bench.take_in(order.told(2, cut, complete=False))

    assert (await bench.level(RING)).committed == 1
    assert (await bench.level(NECKLACE)).committed == 2


async def test_what_an_incomplete_answer_adds_is_believed_at_once(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref(), RING, shows=3)
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref(), 1)))

    await bench.take_in(order.told(2, line(etsy_ref(), 2), complete=False))

    assert await bench.available() == 1


async def test_shipping_takes_the_piece_off_the_shelf_and_changes_nothing_for_buyers(
    bench: Bench,
) -> None:
    await bench.stock(RING, 2)
    await bench.offer(etsy_ref(), RING, shows=2)
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref(), 1)))
    news = len(await bench.news("inventory.updated"))

    await bench.take_in(order.told(2, line(etsy_ref(), shipped=1)))

    level = await bench.level()
    assert (level.on_hand, level.committed, level.available) == (1, 0, 1)
    assert len(await bench.news("inventory.updated")) == news


async def test_what_comes_back_decides(bench: Bench) -> None:
    await bench.stock(RING, 4)
    await bench.offer(etsy_ref(), RING, shows=4)
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref(), 4)))

    parts = line(etsy_ref(), 1, shipped=1, restocked=1, written_off=1)
    await bench.take_in(order.told(2, parts))
    after_refund = await bench.level()
    await bench.take_in(order.told(3, line(etsy_ref(), 1, restocked=2, written_off=1)))
    after_return = await bench.level()

    assert (after_refund.on_hand, after_refund.committed, after_refund.available) == (2, 1, 1)
    assert (after_return.on_hand, after_return.committed, after_return.available) == (3, 1, 2)


async def test_an_edit_that_adds_to_a_line_or_a_new_line_counts(bench: Bench) -> None:
    await bench.stock(RING, 5)
    await bench.stock(NECKLACE, 5)
    await bench.offer(shopify_ref("11"), RING, shows={"7": 5})
    await bench.offer(shopify_ref("12", "121"), NECKLACE, shows={"7": 5})
    order = OrderTold(shop=SHOPIFY)
    await bench.take_in(order.told(1, line(shopify_ref("11"), 1)))

    more = (line(shopify_ref("11"), 3), line(shopify_ref("12", "121"), 2, line="2"))
    await bench.take_in(order.told(2, *more))
    removed = (line(shopify_ref("11"), restocked=3), line(shopify_ref("12", "121"), 2, line="2"))
    await bench.take_in(order.told(3, *removed))

    assert await bench.available(RING) == 5
    assert await bench.available(NECKLACE) == 3


async def test_a_set_takes_each_of_its_pieces(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await bench.stock(NECKLACE, 4)
    await bench.offer(etsy_ref(), RING, NECKLACE, NECKLACE, shows=1)

    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 1)))

    assert await bench.available(RING) == 0
    assert await bench.available(NECKLACE) == 2


async def test_a_line_moves_to_its_place_once_the_marketplace_tells(bench: Bench) -> None:
    atelier = await bench.place("71", "Atelier")
    gallery = await bench.place("72", "Gallery")
    await bench.stock(RING, 1, at=atelier)
    await bench.stock(RING, 1, at=gallery)
    await bench.offer(shopify_ref(), RING, shows={"71": 1, "72": 1})
    order = OrderTold(shop=SHOPIFY)

    await bench.take_in(order.told(1, line(shopify_ref(), 1)))
    unknown = await queries.levels(bench.session, RING)
    await bench.take_in(order.told(2, line(shopify_ref(), 1, at="72")))
    known = await queries.levels(bench.session, RING)

    assert (unknown[POOL].committed, unknown[gallery].committed) == (1, 0)
    assert (known[POOL].committed, known[gallery].committed) == (0, 1)
    assert await bench.available() == 1


@pytest.mark.parametrize("seen_first", [True, False])
async def test_an_order_sent_to_another_place_takes_its_piece_there(
    bench: Bench, *, seen_first: bool
) -> None:
    atelier = await bench.place("71", "Atelier")
    gallery = await bench.place("72", "Gallery")
    await bench.stock(RING, 1, at=atelier)
    await bench.stock(RING, 1, at=gallery)
    await bench.offer(shopify_ref(), RING, shows={"71": 1, "72": 1})
    order = OrderTold(shop=SHOPIFY)
    await bench.take_in(order.told(1, line(shopify_ref(), 1, at="71")))
    if seen_first:
        await bench.read(shopify_ref(), {"71": 1, "72": 0})

    await bench.take_in(order.told(2, line(shopify_ref(), 1, at="72")))

    levels = await queries.levels(bench.session, RING)
    assert (levels[atelier].available, levels[gallery].available) == (1, 0)
    assert await bench.read(shopify_ref(), {"71": 1, "72": 0}) == "echo, echo"
    assert await cases.all_cases(bench.session) == []


async def test_the_etsy_sale_is_taken_from_the_fullest_place(bench: Bench) -> None:
    await bench.stock(RING, 1, at=LocationId("atelier"))
    await bench.stock(RING, 4, at=LocationId("gallery"))
    await bench.offer(etsy_ref(), RING, shows=5)

    await bench.take_in(OrderTold(shop=ETSY).told(1, line(etsy_ref(), 1)))

    levels = await queries.levels(bench.session, RING)
    assert levels[LocationId("gallery")].committed == 1


async def test_a_webhook_that_names_no_stock_unit_still_finds_its_offer(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await bench.stock(NECKLACE, 1)
    await bench.offer(shopify_ref("11", "111", "1111"), RING, shows={"71": 1})
    await bench.offer(shopify_ref("11", "112", "1112"), NECKLACE, shows={"71": 1})

    sold = line(shopify_ref("11", "111", stock_unit=""), 1)
    await bench.take_in(OrderTold(shop=SHOPIFY).told(1, sold))

    assert await bench.available(RING) == 0
    assert await bench.available(NECKLACE) == 1
    assert (await bench.expects(shopify_ref("11", "111", "1111"), "71")).quantity == 0
