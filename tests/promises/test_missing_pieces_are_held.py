"""A piece missed on one marketplace is held on all, until its order, or nothing, explains it."""

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
    minute,
    open_bench,
    shopify_ref,
)

from peg.catalog import offers
from peg.intake.polling import begin_from
from peg.ledger import overdue, queries

ORDER_LAG_MIN = 30
MAY_RISE_MIN = 2
RECEIPT_LAG_MIN = 1


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def test_a_missing_piece_is_held_at_once_and_its_order_takes_its_place(
    bench: Bench,
) -> None:
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref(), RING, shows=1)

    seen = await bench.read(etsy_ref(), 0)
    held = await bench.level()
    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 1)))
    sold = await bench.level()

    assert seen == "missing"
    assert (held.suspended, held.available) == (1, 0)
    assert (sold.suspended, sold.committed, sold.available) == (0, 1, 0)
    assert await bench.read(etsy_ref(), 0) == "echo"


async def test_the_order_of_a_piece_held_at_its_place_is_no_news_to_buyers(bench: Bench) -> None:
    atelier = await bench.place("71", "Atelier")
    await bench.stock(RING, 1, at=atelier)
    await bench.offer(shopify_ref(), RING, shows={"71": 1})
    await bench.read(shopify_ref(), {"71": 0})
    news = len(await bench.news("inventory.updated"))

    await bench.take_in(OrderTold(shop=SHOPIFY).told(1, line(shopify_ref(), 1, at="71")))

    assert await bench.available() == 0
    assert len(await bench.news("inventory.updated")) == news


async def test_an_order_explains_no_more_than_it_sold(bench: Bench) -> None:
    await bench.stock(RING, 5)
    await bench.offer(etsy_ref(), RING, shows=5)
    await bench.read(etsy_ref(), 2)

    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 2)))

    level = await bench.level()
    assert (level.suspended, level.committed, level.available) == (1, 2, 2)
    assert (await bench.expects(etsy_ref())).quantity == 2


async def test_an_order_of_more_than_was_missed_lowers_the_rest(bench: Bench) -> None:
    await bench.stock(RING, 5)
    await bench.offer(etsy_ref(), RING, shows=5)
    await bench.read(etsy_ref(), 4)

    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 3)))

    level = await bench.level()
    assert (level.suspended, level.committed, level.available) == (0, 3, 2)
    assert (await bench.expects(etsy_ref())).quantity == 2


async def test_what_no_order_explains_in_time_was_taken_by_a_person(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref(), RING, shows=3)
    await bench.read(etsy_ref(), 2, at=0)

    too_soon = await overdue.close_due(bench.session, now=minute(ORDER_LAG_MIN - 1))
    in_time = await overdue.close_due(bench.session, now=minute(ORDER_LAG_MIN))

    level = await bench.level()
    assert (too_soon, in_time) == (0, 1)
    assert (level.on_hand, level.suspended, level.available) == (2, 0, 2)


async def test_an_order_that_comes_after_its_piece_was_taken_for_an_edit_undoes_the_edit(
    bench: Bench,
) -> None:
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref(), RING, shows=1)
    await bench.read(etsy_ref(), 0, at=0)
    await overdue.close_due(bench.session, now=minute(ORDER_LAG_MIN))

    await bench.take_in(OrderTold(created=-1).told(1, line(etsy_ref(), 1)), at=300)

    position = await queries.position(bench.session, RING)
    assert (position.level.on_hand, position.level.committed, position.oversold) == (1, 1, 0)
    assert await queries.wrong_sums(bench.session) == []


async def test_a_sale_after_a_persons_edit_leaves_the_edit_alone(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref(), RING, shows=3)
    await bench.read(etsy_ref(), 2, at=0)
    await overdue.close_due(bench.session, now=minute(ORDER_LAG_MIN))

    await bench.take_in(OrderTold(created=40).told(40, line(etsy_ref(), 1)), at=41)

    level = await bench.level()
    assert (level.on_hand, level.committed, level.available) == (2, 1, 1)
    assert (await bench.expects(etsy_ref())).quantity == 1


async def test_a_missing_piece_that_is_shown_again_was_never_sold(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref(), RING, shows=1)
    await bench.read(etsy_ref(), 0)

    # At first that may be an old figure: Etsy shows such for a while after a sale.
    at_once = await bench.read(etsy_ref(), 1)
    held = await bench.level()
    await bench.orders_read(ETSY, at=RECEIPT_LAG_MIN)
    seen = await bench.read(etsy_ref(), 1, at=RECEIPT_LAG_MIN)

    level = await bench.level()
    assert (at_once, held.suspended) == ("extra", 1)
    assert seen == "came_back"
    assert (level.suspended, level.available) == (0, 1)


async def test_an_order_that_is_first_seen_cancelled_explains_its_piece_and_gives_it_back(
    bench: Bench,
) -> None:
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref(), RING, shows=1)
    await bench.read(etsy_ref(), 0)

    await bench.take_in(OrderTold().told(1, line(etsy_ref(), restocked=1)))
    still_off = await bench.read(etsy_ref(), 0)
    due = await overdue.close_due(bench.session, now=minute(ORDER_LAG_MIN))

    level = await bench.level()
    assert still_off == "echo"
    assert due == 0
    assert (level.on_hand, level.suspended, level.available) == (1, 0, 1)


@pytest.mark.parametrize("shown", [0, 1])
async def test_a_cancelled_piece_may_be_shown_again_by_the_marketplace_itself_or_not(
    bench: Bench, shown: int
) -> None:
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref(), RING, shows=1)
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref(), 1)), at=1)

    await bench.take_in(order.told(2, line(etsy_ref(), restocked=1)), at=2)
    seen = await bench.read(etsy_ref(), shown, at=2.5)

    assert seen == ("came_back" if shown else "echo")
    assert await bench.available() == 1
    assert (await bench.expects(etsy_ref())).quantity == shown


async def test_what_shopify_restocked_and_does_not_show_was_taken_since(bench: Bench) -> None:
    atelier = await bench.place("71", "Atelier")
    await bench.stock(RING, 2, at=atelier)
    await bench.offer(shopify_ref(), RING, shows={"71": 2})
    order = OrderTold(shop=SHOPIFY)
    await bench.take_in(order.told(1, line(shopify_ref(), 1, at="71")), at=1)
    await bench.take_in(order.told(2, line(shopify_ref(), restocked=1, at="71")), at=2)

    soon = await bench.read(shopify_ref(), {"71": 1}, at=3)
    late = await bench.read(shopify_ref(), {"71": 1}, at=2 + MAY_RISE_MIN)

    assert (soon, late) == ("echo", "missing")
    assert await bench.available() == 1


async def test_more_than_expected_is_believed_only_once_all_orders_are_read(
    bench: Bench,
) -> None:
    await bench.stock(RING, 2)
    await bench.offer(etsy_ref(), RING, shows=2)
    seen = [await bench.read(etsy_ref(), 3, at=minutes) for minutes in (1, 2, 3)]
    before = await bench.available()

    await begin_from(bench.session, ETSY, "a cursor", now=minute(4))
    await bench.read(etsy_ref(), 3, at=5)

    assert seen == ["extra"] * 3
    assert (before, await bench.available()) == (2, 3)


async def test_a_set_that_is_missing_holds_each_of_its_pieces(bench: Bench) -> None:
    await bench.stock(RING, 1)
    await bench.stock(NECKLACE, 4)
    await bench.offer(etsy_ref(), RING, NECKLACE, NECKLACE, shows=1)

    await bench.read(etsy_ref(), 0)
    held = (await bench.available(RING), await bench.available(NECKLACE))
    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 1)))

    assert held == (0, 2)
    assert (await bench.level(RING)).suspended == 0
    assert (await bench.level(NECKLACE)).committed == 2
    assert (await bench.available(RING), await bench.available(NECKLACE)) == (0, 2)


async def test_a_sale_at_one_place_does_not_explain_what_is_missing_at_another(
    bench: Bench,
) -> None:
    atelier = await bench.place("71", "Atelier")
    gallery = await bench.place("72", "Gallery")
    await bench.stock(RING, 1, at=atelier)
    await bench.stock(RING, 1, at=gallery)
    await bench.offer(shopify_ref(), RING, shows={"71": 1, "72": 1})
    await bench.read(shopify_ref(), {"71": 0, "72": 1})

    await bench.take_in(OrderTold(shop=SHOPIFY).told(1, line(shopify_ref(), 1, at="72")))

    level = await bench.level()
    assert (level.suspended, level.committed, level.available) == (1, 1, 0)


async def test_an_edit_of_a_piece_whose_place_is_unknown_is_undone_where_it_was_made(
    bench: Bench,
) -> None:
    atelier = await bench.place("71", "Atelier")
    await bench.stock(RING, 2, at=atelier)
    offer = await bench.offer(etsy_ref(), RING, shows=2)
    await bench.read(etsy_ref(), 1, at=0)
    await overdue.close_due(bench.session, now=minute(ORDER_LAG_MIN))

    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 1)), at=60)

    levels = await queries.levels(bench.session, RING)
    assert levels[atelier].on_hand == 2
    assert levels[atelier].committed == 1
    assert (await offers.by_ids(bench.session, [offer.id]))[offer.id].baseline is not None
