"""No figure stops Shopify from selling what it is told to sell on, or what it does not count."""

import asyncio
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import DEAF, LOOK_S, LOOKS_MAX, LittleShop, open_little_shop

from peg.db.transaction import reading
from peg.domain.identity import Sku
from peg.reads.not_kept import Why, not_kept
from peg.reads.offers import all_offers

pytestmark = pytest.mark.virtual_time

COMPARES = {"PEG_RECONCILE_S": "10"}


async def reasons(shop: LittleShop) -> list[Why]:
    """Why what is not kept in step is not."""
    async with reading(shop.rehearsal.ground.database) as session:
        return [one.why for one in await not_kept(session)]


async def gives_these_reasons(shop: LittleShop, *wanted: Why) -> None:
    """So it comes to be, sooner or later."""
    for _ in range(LOOKS_MAX):
        if await reasons(shop) == list(wanted):
            return
        await asyncio.sleep(LOOK_S)
    raise TimeoutError


def counted(shop: LittleShop, sku: Sku) -> int:
    """The figure on Shopify, whether it stops a sale or not."""
    market = shop.rehearsal.shopify.market
    levels = market.store.ever_sold[shop.units["shopify", sku]].item.levels
    return sum(level.quantities["available"] for level in levels.values())


async def test_what_is_sold_on_at_zero_is_told_at_once_and_until_it_is_mended(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=COMPARES) as shop:
        market, ring = shop.rehearsal.shopify.market, shop.units["shopify", RING]
        market.sell_on(ring, ticked=True)

        await shop.until(lambda: shop.alerts == ["sells_on"])
        assert await reasons(shop) == [Why.SELLS_ON]
        market.sell_on(ring, ticked=False)
        await gives_these_reasons(shop)
        shop.buys("etsy", RING)
        await shop.ends_at(RING, 0)


async def test_it_is_kept_as_far_as_it_can_be(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=COMPARES) as shop:
        shop.rehearsal.shopify.market.sell_on(shop.units["shopify", CHAIN], ticked=True)
        await shop.until(lambda: shop.alerts == ["sells_on"])

        shop.buys("etsy", CHAIN, 2)
        await shop.until(lambda: counted(shop, CHAIN) == 3)
        shop.buys("shopify", CHAIN, 1)
        await shop.until(lambda: shop.on("etsy", CHAIN) == 2)


async def test_what_is_counted_no_more_is_told_and_never_said_to_be_in_step(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=COMPARES) as shop:
        market, ring = shop.rehearsal.shopify.market, shop.units["shopify", RING]
        offer = await shop.offer("shopify", RING)
        market.count(ring, tracked=False)

        await shop.until(lambda: shop.alerts == ["sells_on"])
        shop.buys("etsy", RING)
        await shop.until(lambda: shop.on("etsy", RING) == 0)
        async with reading(shop.rehearsal.ground.database) as session:
            (row,) = [one for one in await all_offers(session) if one.id == offer.id]
        assert (row.in_step, row.shown, row.target) == (None, {}, None)
        assert await reasons(shop) == [Why.COUNTED_NO_MORE]


async def test_what_is_counted_again_brings_no_sold_piece_back(tmp_path: Path) -> None:
    """Nothing that is sold uncounted moves a figure: the old one must not pass for a new piece."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=COMPARES) as shop:
        market, ring = shop.rehearsal.shopify.market, shop.units["shopify", RING]
        market.count(ring, tracked=False)
        await shop.until(lambda: shop.alerts == ["sells_on"])
        shop.buys("shopify", RING)
        await shop.until(lambda: shop.on("etsy", RING) == 0)

        market.count(ring, tracked=True)

        await gives_these_reasons(shop)
        await shop.ends_at(RING, 0)
        assert (await shop.questions(), shop.sold_twice()) == ([], 0)
