"""The polls of orders: shared by those who ask, never by those who asked too late to be served."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from tests.support.inbox_work import tried
from tests.support.market_time import end, turns
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.intake.inbox import READ_AGAIN
from peg.intake.polling import last_read_at
from peg.intake.tables import inbox, polls
from peg.ledger.tables import orders, positions
from peg.marketplaces.port import MarketplaceError


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def cursor_of(shops: TwoShops) -> str | None:
    async with reading(shops.database) as session:
        return await session.scalar(select(polls.c.cursor).where(polls.c.shop == SHOPIFY))


async def test_a_sale_is_taken_in_and_the_cursor_moves_with_it(shops: TwoShops) -> None:
    before = await cursor_of(shops)
    shops.buys_on_shopify(RING)

    await shops.polls.poll(SHOPIFY)

    level = await shops.level(RING)
    assert (level.committed, level.available) == (1, 0)
    assert await cursor_of(shops) != before


async def test_who_asks_while_a_round_runs_is_served_by_the_next_which_is_shared(
    shops: TwoShops,
) -> None:
    asked = shops.shopify.times("OrdersUpdatedSince")
    shops.shopify.set_faults(latency=1.0)
    first = asyncio.create_task(shops.polls.poll(SHOPIFY))
    await turns()
    shops.buys_on_shopify(CHAIN)

    shops.shopify.set_faults(latency=0.0)
    later = [asyncio.create_task(shops.polls.poll(SHOPIFY)) for _ in range(5)]
    await turns()
    await end(shops, first, *later)

    assert shops.shopify.times("OrdersUpdatedSince") - asked == 2
    assert (await shops.level(CHAIN)).committed == 1


async def test_a_round_that_fails_fails_everybody_who_waited_for_it(shops: TwoShops) -> None:
    before = await cursor_of(shops)
    shops.buys_on_shopify(RING)
    shops.shopify.set_faults(http_503=1.0)

    told = await asyncio.gather(
        *(shops.polls.poll(SHOPIFY) for _ in range(4)), return_exceptions=True
    )

    first, *shared = told
    assert isinstance(first, MarketplaceError)
    assert isinstance(shared[0], MarketplaceError)
    assert shared == [shared[0]] * 3
    assert await cursor_of(shops) == before
    shops.shopify.set_faults(http_503=0.0)
    shops.etsy.practice.clock.advance(60)
    await shops.polls.poll(SHOPIFY)
    assert (await shops.level(RING)).committed == 1


async def test_a_waiter_takes_over_the_round_of_one_who_was_cancelled(shops: TwoShops) -> None:
    shops.shopify.set_faults(latency=1.0)
    first = asyncio.create_task(shops.polls.poll(SHOPIFY))
    await turns()
    second = asyncio.create_task(shops.polls.poll(SHOPIFY))
    await turns()
    shops.buys_on_shopify(RING)
    shops.shopify.set_faults(latency=0.0)

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await second

    assert (await shops.level(RING)).committed == 1


async def test_one_order_that_cannot_be_taken_in_holds_up_no_other_and_is_kept(
    shops: TwoShops,
) -> None:
    """Its item is missing from the book, as only damage could make it."""
    async with begin(shops.database) as session:
        await session.execute(delete(positions).where(positions.c.sku == RING))
    before = await cursor_of(shops)
    shops.buys_on_shopify(RING)
    shops.buys_on_shopify(CHAIN)

    await shops.polls.poll(SHOPIFY)

    assert (await shops.level(CHAIN)).committed == 1
    async with reading(shops.database) as session:
        kept = (await session.scalars(select(inbox.c.topic))).all()
    assert kept == ["peg/order"]
    assert await cursor_of(shops) != before


async def test_an_order_that_cannot_be_read_hides_no_other_and_is_kept(shops: TwoShops) -> None:
    odd = shops.buys_on_shopify(RING)
    shops.buys_on_shopify(CHAIN)
    before = await cursor_of(shops)
    shops.shopify.answers.spoil = without_its_time(odd)

    await shops.polls.poll(SHOPIFY)
    await shops.polls.poll(SHOPIFY)

    assert (await shops.level(CHAIN)).committed == 1
    assert await cursor_of(shops) != before
    assert [outcome for outcome in await shops.outcomes() if outcome[0] == READ_AGAIN] == [
        (READ_AGAIN, None)
    ]

    shops.shopify.answers.spoil = None
    await tried(shops.acceptor)

    assert (await shops.level(RING)).committed == 1


async def test_an_order_of_which_a_line_cannot_be_read_is_asked_for_until_it_is_whole(
    shops: TwoShops,
) -> None:
    shops.buys_on_shopify(RING)
    shops.shopify.answers.spoil = without_the_first_quantity

    await shops.polls.poll(SHOPIFY)
    await tried(shops.acceptor)

    async with reading(shops.database) as session:
        assert await session.scalar(select(orders.c.complete)) is False
        why = await session.scalar(select(inbox.c.last_error).where(inbox.c.handled_at.is_(None)))
    assert "only a part of order" in str(why)

    shops.shopify.answers.spoil = None
    shops.etsy.practice.clock.advance(1)
    await tried(shops.acceptor)

    assert await shops.outcomes() == [(READ_AGAIN, "changed")]
    assert (await shops.level(RING)).committed == 1


async def test_a_line_that_cannot_be_read_does_not_hide_the_line_beside_it(
    shops: TwoShops,
) -> None:
    shops.buys_on_shopify(RING)
    shops.shopify.answers.spoil = with_an_odd_line_before

    await shops.polls.poll(SHOPIFY)

    assert (await shops.level(RING)).committed == 1


async def test_an_order_that_cannot_be_read_whole_by_itself_hides_no_other(
    shops: TwoShops,
) -> None:
    shops.buys_on_shopify(RING)
    shops.buys_on_shopify(CHAIN)
    shops.shopify.answers.spoil = with_an_odd_line_and_then_without_its_time

    await shops.polls.poll(SHOPIFY)

    assert (await shops.level(RING)).committed == 1
    assert (await shops.level(CHAIN)).committed == 1


def without_its_time(odd: str) -> Callable[[Any], None]:
    def spoil(body: Any) -> None:
        for node in nodes(body):
            if node["id"] == odd or node["id"].endswith(f"/{odd}"):
                node.pop("createdAt")

    return spoil


def without_the_first_quantity(body: Any) -> None:
    for node in nodes(body):
        node["lineItems"]["nodes"][0].pop("quantity", None)


def with_an_odd_line_before(body: Any) -> None:
    for node in nodes(body):
        node["lineItems"]["nodes"].insert(0, {"id": None})


def with_an_odd_line_and_then_without_its_time(body: Any) -> None:
    with_an_odd_line_before(body)
    if "order" in body["data"]:
        body["data"]["order"].pop("createdAt")


def nodes(body: Any) -> list[Any]:
    data = body["data"]
    if "orders" in data:
        return list(data["orders"]["nodes"])
    return [data["order"]] if data.get("order") else []


async def test_orders_count_as_read_only_up_to_the_begin_of_their_round(shops: TwoShops) -> None:
    begun_at = shops.clock.now()
    shops.shopify.set_faults(latency=1.0)
    round_ = asyncio.create_task(shops.polls.poll(SHOPIFY))
    await turns()
    await end(shops, round_)

    async with reading(shops.database) as session:
        assert await last_read_at(session, SHOPIFY) == begun_at


async def test_a_poll_that_was_broken_off_begins_anew(shops: TwoShops) -> None:
    """Its sales were read, and its cancellations could not be: there are newer sales by now."""
    market, overheard = shops.etsy.market, shops.etsy.practice.overheard

    def fail() -> None:
        shops.etsy.practice.set_faults(server_error=1.0)

    overheard.before("receipts", lambda: overheard.before("receipts", fail))
    broken = asyncio.create_task(shops.polls.poll(market.shop))
    with pytest.raises(MarketplaceError):
        await end(shops, broken)
    shops.etsy.practice.set_faults(server_error=0.0)
    shops.etsy.practice.clock.advance(60)
    shops.etsy.practice.etsy.market.buy(shops.etsy.practice.unit_of(RING))

    await shops.polls.poll(market.shop)

    assert (await shops.level(RING)).committed == 1
