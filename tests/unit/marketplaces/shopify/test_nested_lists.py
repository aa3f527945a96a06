"""Shopify cuts nested lists off silently: PEG reads each to its end, or says that it did not."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.support.clocks import MONDAY_NOON
from tests.unit.marketplaces.shopify.practice import (
    PracticeShopify,
    many_pieces,
    open_practice_shopify,
)

from marketsim.market import OrderId
from peg.domain.order import OrderSnapshot
from peg.marketplaces.port import RemoteGone, UnexpectedAnswer

LINES, REFUNDS, PLACES = 65, 23, 25


def buys_one_of_each(practice: PracticeShopify) -> OrderId:
    return practice.shopify.market.buy_together(dict.fromkeys(practice.units, 1))


async def polled(practice: PracticeShopify) -> OrderSnapshot:
    page = await practice.shop.orders_since(None, now=MONDAY_NOON + timedelta(minutes=1))
    (order,) = page.orders
    assert order.complete is not bool(page.unreadable)
    return order


async def by_itself(practice: PracticeShopify) -> OrderSnapshot:
    (number,) = practice.shopify.market.store.orders
    return await practice.shop.order(str(number))


@pytest.mark.parametrize("read", [polled, by_itself])
async def test_an_order_of_many_lines_is_read_whole(
    read: Callable[[PracticeShopify], Awaitable[OrderSnapshot]],
) -> None:
    practice = await open_practice_shopify(many_pieces(LINES, 1))
    buys_one_of_each(practice)

    order = await read(practice)

    assert order.complete
    assert len({line.line for line in order.lines}) == LINES
    assert all(line.tells_places for line in order.lines)


async def test_every_refund_of_an_order_counts_and_every_line_of_a_refund() -> None:
    practice = await open_practice_shopify(many_pieces(LINES, REFUNDS + 2))
    market = practice.shopify.market
    one_by_one = market.buy_together({practice.units[0]: REFUNDS + 1})
    for _ in range(REFUNDS):
        market.refund(one_by_one, quantity=1, restock="no_restock")
    at_once = buys_one_of_each(practice)
    market.cancel(at_once, restock=False)

    page = await practice.shop.orders_since(None, now=MONDAY_NOON + timedelta(minutes=1))

    first, second = page.orders
    assert [order.complete for order in page.orders] == [True, True]
    assert [(line.committed, line.written_off) for line in first.lines] == [(1, REFUNDS)]
    assert {(line.committed, line.written_off) for line in second.lines} == {(0, 1)}
    assert len(second.lines) == LINES


async def test_a_line_that_ships_from_many_places_is_read_with_all_of_them() -> None:
    practice = await open_practice_shopify(many_pieces(1, *[1] * PLACES))
    practice.shopify.market.buy(practice.units[0], PLACES)

    order = await polled(practice)

    (line,) = order.lines
    assert order.complete
    assert [share.committed for share in line.shares if share.place] == [1] * PLACES


async def test_a_variant_that_lies_at_many_places_is_read_with_all_of_them() -> None:
    practice = await open_practice_shopify(many_pieces(2, *range(1, 61)))

    pages = [page async for page in practice.shop.listings()]
    refs = [offer.ref for page in pages for offer in page.offers]
    readings = await practice.shop.read(refs)

    shown = [offer.reading for page in pages for offer in page.offers]
    for reading in (*shown, *readings.values()):
        assert sorted(part.available for part in reading.parts.values()) == list(range(1, 61))


async def test_a_variant_whose_places_cannot_all_be_read_is_named_and_hides_no_other() -> None:
    practice = await open_practice_shopify(many_pieces(2, *[1] * PLACES))

    def gone() -> None:
        practice.shopify.market.delete(practice.units[0])

    practice.overheard.before("MoreLevels", gone)
    (page,) = [page async for page in practice.shop.listings()]

    assert [offer.sku for offer in page.offers] == ["PIECE-1"]
    assert [(odd.sku, odd.title) for odd in page.unreadable] == [("PIECE-0", "piece-0")]


async def test_an_order_that_changes_between_two_pages_is_read_again() -> None:
    practice = await open_practice_shopify(many_pieces(LINES, 1))
    order = buys_one_of_each(practice)

    def cancelled() -> None:
        practice.clock.advance(1)
        practice.shopify.market.cancel(order, restock=True)

    practice.overheard.before("MoreLines", cancelled)
    read = await polled(practice)

    assert read.complete
    assert read.cancelled_at is not None
    assert Counter(line.restocked for line in read.lines) == {1: LINES}


async def test_an_order_that_never_stands_still_is_named_and_what_could_be_read_counts() -> None:
    practice = await open_practice_shopify(many_pieces(LINES, 1))
    order = buys_one_of_each(practice)

    def touched() -> None:
        practice.clock.advance(1)
        practice.shopify.market.refund(order, quantity=1, restock="cancel")
        practice.overheard.before("MoreLines", touched)

    practice.overheard.before("MoreLines", touched)
    with pytest.raises(UnexpectedAnswer, match="changed each time"):
        await by_itself(practice)
    in_part = await polled(practice)

    assert not in_part.complete
    assert 0 < len(in_part.lines) < LINES


async def test_what_would_cost_too_much_at_once_is_asked_for_in_smaller_pages() -> None:
    practice = await open_practice_shopify(many_pieces(LINES, *[9] * 12))
    buys_one_of_each(practice)
    practice.faults.set_rates({"shopify.pages_cost_each": 1.0})

    order = await polled(practice)
    pages = [page async for page in practice.shop.listings()]
    refs = [offer.ref for page in pages for offer in page.offers]

    assert order.complete
    assert len(order.lines) == LINES
    assert len(await practice.shop.read(refs)) == len(refs) == LINES


async def test_an_order_that_went_is_none_that_is_read_in_part() -> None:
    practice = await open_practice_shopify(many_pieces(LINES, 1))

    with pytest.raises(RemoteGone):
        await practice.shop.order("1")
