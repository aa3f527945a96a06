"""Both marketplaces tell when a parcel left: a count after it, and before PEG hears, is not undone.

Five chains lie there; one is sold, its parcel leaves, and ten minutes later four are counted.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from marketsim.market import OrderId
from peg.db.transaction import begin
from peg.domain.identity import ShopId
from peg.ledger import counter


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


def sell(shops: TwoShops, on: str) -> tuple[ShopId, OrderId]:
    if on == "shopify":
        order = shops.shopify.shopify.market.buy(shops.shopify.units[CHAIN])
        shops.shopify.shopify.market.pay(order)
        return SHOPIFY, order
    market = shops.etsy.practice.etsy.market
    order = market.buy(shops.etsy.practice.unit_of(CHAIN))
    market.pay(order)
    return shops.etsy.market.shop, order


def send(shops: TwoShops, on: str, order: OrderId) -> None:
    if on == "shopify":
        shops.shopify.shopify.market.fulfil(order)
    else:
        shops.etsy.practice.etsy.market.fulfil(order)


@pytest.mark.parametrize("on", ["shopify", "etsy"])
@pytest.mark.parametrize("heard", ["before the count", "after the count"])
async def test_a_parcel_is_off_the_shelf_once(shops: TwoShops, on: str, heard: str) -> None:
    key, order = sell(shops, on)
    await shops.polls.poll(key)
    assert (await shops.level(CHAIN)).committed == 1

    send(shops, on, order)
    if heard == "before the count":
        await shops.polls.poll(key)
    shops.etsy.practice.clock.advance(600)
    async with begin(shops.database) as session:
        await counter.count(session, CHAIN, 4, who="mira", now=shops.clock.now())
    await shops.polls.poll(key)

    level = await shops.level(CHAIN)
    assert (level.on_hand, level.committed, level.available) == (4, 0, 4)
