"""Etsy shows, for some seconds after a sale or a write, what was before: in every kind of read.

Whoever believes it sees pieces come back that were sold, or a write undone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import DEAF, LittleShop, open_little_shop
from tests.support.rehearsal import QUICK

from marketsim.pieces import MARKETS, MarketName
from peg.ledger import queries

pytestmark = pytest.mark.virtual_time

STALE = {**DEAF, "etsy.stale_read": 1.0}


@asynccontextmanager
async def open_stale_shop(folder: Path) -> AsyncIterator[LittleShop]:
    """Etsy is old for about as long as a receipt may lag, and no longer."""
    async with open_little_shop(folder, rates=STALE) as shop:
        shop.rehearsal.etsy.market.settings.stale_s = 0.9 * QUICK.receipt_lag_s
        yield shop


async def reconciles(shop: LittleShop) -> None:
    """PEG compares everything with the book, as it does every quarter of an hour."""
    for market in MARKETS:
        await shop.rehearsal.engine.reconciler.reconcile(shop.shop(market))


@pytest.mark.parametrize("market", MARKETS)
async def test_the_only_ring_is_sold_and_stays_so(tmp_path: Path, market: MarketName) -> None:
    async with open_stale_shop(tmp_path) as shop:
        shop.buys(market, RING)
        await reconciles(shop)
        await shop.ends_at(RING, 0)
        await reconciles(shop)

        await shop.ends_at(RING, 0)
        assert await shop.questions() == []
        assert shop.sold_twice() == 0


@pytest.mark.parametrize("market", MARKETS)
async def test_two_chains_are_sold_and_three_are_left(tmp_path: Path, market: MarketName) -> None:
    async with open_stale_shop(tmp_path) as shop:
        shop.buys(market, CHAIN, 2)
        await reconciles(shop)
        await shop.ends_at(CHAIN, 3)
        await reconciles(shop)

        await shop.ends_at(CHAIN, 3)
        assert await shop.questions() == []
        async with shop.at_the_counter() as session:
            level = (await queries.position(session, CHAIN)).level
        assert (level.on_hand - level.committed, level.suspended) == (3, 0)


async def test_a_chain_sold_on_each_shop_at_once_leaves_three(tmp_path: Path) -> None:
    async with open_stale_shop(tmp_path) as shop:
        shop.buys("etsy", CHAIN)
        shop.buys("shopify", CHAIN)
        await reconciles(shop)

        await shop.ends_at(CHAIN, 3)
        await reconciles(shop)
        await shop.ends_at(CHAIN, 3)
        assert await shop.questions() == []
