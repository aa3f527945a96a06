"""The practice shops note what they have shown of stock and orders: a proof can be told by that."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.etsy_shop import EtsyShop
from tests.support.pushers import prover
from tests.support.two_shops import RING, SHOPIFY, TwoShops, open_two_shops

from marketsim.market import Market
from peg.domain.identity import ShopId


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


def markets(shops: TwoShops) -> tuple[Market, Market]:
    return shops.shopify.shopify.market, market_of(shops.etsy)


def market_of(etsy: EtsyShop) -> Market:
    return etsy.practice.etsy.market


def proved(shops: TwoShops) -> list[bool]:
    """Whether the ring was read just now, and the orders after it, on Shopify and on Etsy."""
    now = shops.etsy.practice.clock.now()
    return [
        any(market.seen.proved_at(one.unit) == now for one in market.offered() if one.sku == RING)
        for market in markets(shops)
    ]


async def test_a_proof_is_seen_by_both_shops(shops: TwoShops) -> None:
    before = proved(shops)

    offer = await shops.offer(RING, SHOPIFY)
    await prover(shops).prove([offer.id])

    assert (before, proved(shops)) == ([False, False], [True, True])


@pytest.mark.parametrize("side", ["shopify", "etsy"])
async def test_a_look_without_the_orders_is_none(shops: TwoShops, side: str) -> None:
    await shops.looks_at(RING, shop_of(shops, side))

    assert proved(shops) == [False, False]


@pytest.mark.parametrize("side", ["shopify", "etsy"])
async def test_orders_without_a_look_are_none(shops: TwoShops, side: str) -> None:
    await shops.polls.poll(shop_of(shops, side))

    assert proved(shops) == [False, False]


async def test_an_old_figure_that_etsy_shows_is_none(shops: TwoShops) -> None:
    shops.etsy.practice.set_faults(stale_read=1.0)
    (ring,) = [one for one in market_of(shops.etsy).offered() if one.sku == RING]
    market_of(shops.etsy).edit_stock(ring.unit, delta=1)

    await shops.looks_at(RING, shops.etsy.market.shop)
    await shops.polls.poll(shops.etsy.market.shop)

    assert proved(shops) == [False, False]


async def test_an_order_that_was_read_by_its_number_is_known(shops: TwoShops) -> None:
    for market, shop in zip(markets(shops), (SHOPIFY, shops.etsy.market.shop), strict=True):
        (ring,) = [one for one in market.offered() if one.sku == RING]
        now = shops.etsy.practice.clock.now()
        order = market.buy(ring.unit)
        before = market.seen.may_know_of(order, ring.unit, now)

        await shops.doors[shop].order(order.rpartition("/")[2])

        assert (before, market.seen.may_know_of(order, ring.unit, now)) == (False, True)


def shop_of(shops: TwoShops, side: str) -> ShopId:
    return SHOPIFY if side == "shopify" else shops.etsy.market.shop
