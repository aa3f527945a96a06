"""An order that says it was placed, or changed, when nobody was yet: in a year that has not come.

The marketplaces have never been seen to say so. A shop that does, once, must not make PEG deaf.
"""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from marketsim.market import OrderId
from peg.db.transaction import reading
from peg.domain.clock import utc
from peg.ledger.tables import orders
from peg.reads import alerts

FAR = "2099-01-01T00:00:00Z"
A_WEEK = timedelta(days=7)


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


def says(**times: str) -> Callable[[Any], None]:
    """Every order that Shopify tells of bears these times."""

    def spoil(body: Any) -> None:
        for node in body.get("data", {}).get("orders", {}).get("nodes", ()):
            node.update(times)

    return spoil


async def sold(shops: TwoShops, **times: str) -> OrderId:
    """A chain is sold, and its order is read with odd times."""
    order = OrderId(shops.buys_on_shopify(CHAIN))
    shops.shopify.answers.spoil = says(**times)
    await shops.polls.poll(SHOPIFY)
    shops.shopify.answers.spoil = None
    shops.etsy.practice.clock.advance(60)
    return order


async def told(shops: TwoShops) -> list[str]:
    async with reading(shops.database) as session:
        standing = await alerts.standing(session, now=shops.clock.now())
    return [one.sentence for one in standing if one.name == "order_time"]


@pytest.mark.parametrize("ahead", [timedelta(days=26_000), timedelta(hours=14)])
async def test_it_hides_no_order_that_comes_after_it(shops: TwoShops, ahead: timedelta) -> None:
    at = (shops.clock.now() + ahead).isoformat()
    await sold(shops, createdAt=at, updatedAt=at)

    shops.buys_on_shopify(RING)
    await shops.polls.poll(SHOPIFY)

    assert (await shops.level(RING)).committed == 1


async def test_it_counts_and_so_does_what_becomes_of_it(shops: TwoShops) -> None:
    order = await sold(shops, createdAt=FAR, updatedAt=FAR)
    assert (await shops.level(CHAIN)).committed == 1

    shops.shopify.shopify.market.cancel(order, restock=True)
    await shops.polls.poll(SHOPIFY)

    assert (await shops.level(CHAIN)).committed == 0


@pytest.mark.parametrize("odd", ["createdAt", "updatedAt"])
async def test_its_time_is_that_at_which_peg_heard_of_it(shops: TwoShops, odd: str) -> None:
    begun_at = shops.clock.now()

    await sold(shops, **{odd: FAR})

    async with reading(shops.database) as session:
        row = (await session.execute(select(orders.c.created_at, orders.c.updated_at))).one()
    assert all(begun_at - timedelta(seconds=1) <= utc(at) <= shops.clock.now() for at in row)


async def test_a_person_is_told_of_it_for_a_week(shops: TwoShops) -> None:
    await sold(shops, createdAt=FAR)
    await shops.polls.poll(SHOPIFY)

    (sentence,) = await told(shops)
    assert "2099-01-01" in sentence

    shops.etsy.practice.clock.advance(A_WEEK.total_seconds())
    assert await told(shops) == []


async def test_of_a_clock_some_hours_ahead_nobody_is_told(shops: TwoShops) -> None:
    """Then it is ours that is wrong, and each order would be told of; `peg doctor` says it."""
    ahead = shops.clock.now() + timedelta(hours=14)

    await sold(shops, createdAt=ahead.isoformat(), updatedAt=ahead.isoformat())

    assert await told(shops) == []
