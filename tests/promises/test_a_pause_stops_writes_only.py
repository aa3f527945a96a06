"""The kill switch: nothing is written to what is paused, and every order still comes in."""

import asyncio
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import LOOK_S, LOOKS_MAX, LittleShop, open_little_shop

from marketsim.pieces import MarketName
from peg.db.transaction import reading
from peg.domain.identity import Sku
from peg.ledger import queries
from peg.propagation import pauses

pytestmark = pytest.mark.virtual_time

WRITES = {"shopify": ("inventorySetQuantities",), "etsy": ("PUT /v3", "PATCH /v3")}


def written(shop: LittleShop, market: MarketName) -> int:
    return sum(len(shop.asked(market, words)) for words in WRITES[market])


async def available(shop: LittleShop, sku: Sku) -> int:
    async with reading(shop.rehearsal.ground.database) as session:
        return (await queries.position(session, sku)).level.available


async def comes_to(shop: LittleShop, sku: Sku, left: int) -> None:
    """PEG knows of what was sold, sooner or later."""
    for _ in range(LOOKS_MAX):
        if await available(shop, sku) == left:
            return
        await asyncio.sleep(LOOK_S)
    raise TimeoutError


async def pause(shop: LittleShop, scope: str) -> None:
    now = shop.rehearsal.ground.clock.now()
    async with shop.at_the_counter() as session:
        await pauses.pause(session, scope, who="mira", why="a fair", now=now)


async def resume(shop: LittleShop, scope: str) -> None:
    async with shop.at_the_counter() as session:
        await pauses.resume(session, scope)


async def test_while_everything_is_paused_orders_come_in_and_nothing_goes_out(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        await pause(shop, "all")

        shop.buys("shopify", RING)
        shop.buys("etsy", CHAIN, 2)
        await shop.stays(RING, 0, 1)
        await shop.stays(CHAIN, 5, 3)

        assert (await available(shop, RING), await available(shop, CHAIN)) == (0, 3)
        assert (written(shop, "shopify"), written(shop, "etsy")) == (0, 0)

        await resume(shop, "all")
        await shop.ends_at(RING, 0)
        await shop.ends_at(CHAIN, 3)


@pytest.mark.parametrize("by_id", [False, True], ids=["channel", "shop"])
@pytest.mark.parametrize(("paused", "other"), [("shopify", "etsy"), ("etsy", "shopify")])
async def test_a_pause_of_one_shop_leaves_the_other_alone(
    tmp_path: Path, paused: MarketName, other: MarketName, *, by_id: bool
) -> None:
    async with open_little_shop(tmp_path) as shop:
        scope = shop.shop(paused) if by_id else paused
        await pause(shop, scope)

        shop.buys(paused, CHAIN, 2)
        await shop.ends_at(CHAIN, 3)
        shop.buys(other, CHAIN)
        await comes_to(shop, CHAIN, 2)

        assert await shop.calm(lambda: (shop.on(paused, CHAIN), shop.on(other, CHAIN))) == (3, 2)
        assert written(shop, paused) == 0

        await resume(shop, scope)
        await shop.ends_at(CHAIN, 2)


async def test_what_comes_back_during_a_pause_is_raised_after_it(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("shopify", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)
        await pause(shop, "all")

        shop.cancels("shopify", order)
        await shop.until(lambda: shop.on("shopify", CHAIN) == 5)
        await shop.stays(CHAIN, 5, 3)

        await resume(shop, "all")
        await shop.ends_at(CHAIN, 5)
