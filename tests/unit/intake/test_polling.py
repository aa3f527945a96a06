"""The polls of orders: shared by those who ask, never by those who asked too late to be served."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from tests.support.two_shops import CHAIN, PATIENCE, RING, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.intake.inbox import READ_AGAIN
from peg.intake.polling import GATHERED_S, Polls, last_read_at
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


async def turns() -> None:
    """Others work, and the shops' clock stands still."""
    for _ in range(20):
        await asyncio.sleep(0.001)


async def end(shops: TwoShops, *tasks: asyncio.Task[None]) -> None:
    """The shops' clock runs until the tasks have ended."""
    while not all(task.done() for task in tasks):
        shops.etsy.practice.clock.advance(0.5)
        await asyncio.sleep(0.001)
    await asyncio.gather(*tasks)


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
    await shops.acceptor.work_once()

    assert (await shops.level(RING)).committed == 1


async def test_an_order_of_which_a_line_cannot_be_read_is_asked_for_until_it_is_whole(
    shops: TwoShops,
) -> None:
    shops.buys_on_shopify(RING)
    shops.shopify.answers.spoil = without_the_first_quantity

    await shops.polls.poll(SHOPIFY)
    await shops.acceptor.work_once()

    async with reading(shops.database) as session:
        assert await session.scalar(select(orders.c.complete)) is False
        why = await session.scalar(select(inbox.c.last_error).where(inbox.c.handled_at.is_(None)))
    assert "only a part of order" in str(why)

    shops.shopify.answers.spoil = None
    shops.etsy.practice.clock.advance(1)
    await shops.acceptor.work_once()

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


class WaitingClock:
    """The shops' clock, which nobody moves by sleeping."""

    def __init__(self, shops: TwoShops) -> None:
        self._market = shops.etsy.practice.clock
        self.now = self._market.now
        self.sleep = self._market.sleep

    def monotonic(self) -> float:
        return self._market.now().timestamp()


async def test_an_urgent_caller_hardly_waits_for_others_to_share_with(shops: TwoShops) -> None:
    polls_ = Polls(shops.database, WaitingClock(shops), {SHOPIFY: shops.shopify.market}, PATIENCE)
    await polls_.poll(SHOPIFY)
    patient = asyncio.create_task(polls_.poll(SHOPIFY))
    await turns()
    shops.buys_on_shopify(RING)

    urgent = asyncio.create_task(polls_.poll(SHOPIFY, urgent=True))
    await turns()
    shops.etsy.practice.clock.advance(GATHERED_S)
    async with asyncio.timeout(5):
        await urgent

    assert (await shops.level(RING)).committed == 1
    await end(shops, patient)


@pytest.mark.parametrize(("shared", "pages_read"), [(True, 2), (False, 1)])
async def test_an_urgent_round_brings_cancellations_only_to_those_who_need_them(
    shops: TwoShops, *, shared: bool, pages_read: int
) -> None:
    market = shops.etsy.market
    polls_ = Polls(shops.database, WaitingClock(shops), {market.shop: market}, PATIENCE)
    await polls_.poll(market.shop)
    before = shops.etsy.count()["getShopReceipts"]
    patient = [asyncio.create_task(polls_.poll(market.shop))] if shared else []
    await turns()

    await end(shops, *patient, asyncio.create_task(polls_.poll(market.shop, urgent=True)))

    assert shops.etsy.count()["getShopReceipts"] - before == pages_read


async def test_the_listings_of_one_order_ask_for_one_urgent_round(shops: TwoShops) -> None:
    polls_ = Polls(shops.database, WaitingClock(shops), {SHOPIFY: shops.shopify.market}, PATIENCE)
    asked = shops.shopify.times("OrdersUpdatedSince")

    listings = []
    for _ in range(3):
        listings.append(asyncio.create_task(polls_.poll(SHOPIFY, urgent=True)))
        await turns()
    await end(shops, *listings)

    assert shops.shopify.times("OrdersUpdatedSince") - asked == 1
