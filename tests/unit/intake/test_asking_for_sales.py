"""Who takes pieces off sale asks for what was sold just now, and waits for nothing else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.market_time import WaitingClock, end, turns
from tests.support.two_shops import PATIENCE, RING, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import reading
from peg.intake.polling import Polls
from peg.intake.tables import polls


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def cursor_of(shops: TwoShops) -> str | None:
    async with reading(shops.database) as session:
        return await session.scalar(select(polls.c.cursor).where(polls.c.shop == SHOPIFY))


async def test_who_asks_for_sales_waits_for_no_poll(shops: TwoShops) -> None:
    polls_ = Polls(shops.database, WaitingClock(shops), {SHOPIFY: shops.shopify.market}, PATIENCE)
    await polls_.poll(SHOPIFY)
    before = await cursor_of(shops)
    patient = asyncio.create_task(polls_.poll(SHOPIFY))  # it keeps its distance to the first
    await turns()
    shops.buys_on_shopify(RING)

    async with asyncio.timeout(5):
        await polls_.sales(SHOPIFY)

    assert (await shops.level(RING)).committed == 1
    assert await cursor_of(shops) == before
    assert not patient.done()
    await end(shops, patient)


async def test_who_asks_for_sales_pays_one_call_and_no_commit_where_there_are_none(
    shops: TwoShops,
) -> None:
    market, commits = shops.etsy.market, list[Sequence[str]]()
    await shops.polls.poll(market.shop)
    before = shops.etsy.count()["getShopReceipts"]
    shops.database.on_commit(commits.append)

    await shops.polls.sales(market.shop)

    assert shops.etsy.count()["getShopReceipts"] - before == 1
    assert commits == []


async def test_the_listings_of_one_order_ask_for_its_sales_once(shops: TwoShops) -> None:
    polls_ = Polls(shops.database, WaitingClock(shops), {SHOPIFY: shops.shopify.market}, PATIENCE)
    asked = shops.shopify.times("OrdersUpdatedSince")

    await asyncio.gather(*(polls_.sales(SHOPIFY) for _ in range(3)))

    assert shops.shopify.times("OrdersUpdatedSince") - asked == 1


async def test_who_asks_while_the_orders_wait_for_their_turn_goes_along(shops: TwoShops) -> None:
    """A quota that is used up is no reason to ask once for each of those who wait."""
    market = shops.etsy.market
    await shops.polls.poll(market.shop)
    before = shops.etsy.count()["getShopReceipts"]
    async with shops.etsy.crowded(of=1_000):
        waiting = []
        for _ in range(3):
            waiting.append(asyncio.create_task(shops.polls.sales(market.shop)))
            await turns()
    await asyncio.gather(*waiting)

    assert shops.etsy.count()["getShopReceipts"] - before == 1
