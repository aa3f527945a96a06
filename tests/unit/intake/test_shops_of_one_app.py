"""Shopify signs no shop's name: of two shops with one app, none can be made to sell the other's."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from tests.support.inbox_work import tried
from tests.support.shop_window import ShopWindow
from tests.support.two_shops import PATIENCE, RING, SHOPIFY, TwoShops, open_two_shops

from marketsim.shopify.credentials import CLIENT_SECRET
from peg.bus.signals import Signals
from peg.domain.identity import Channel, ShopId
from peg.domain.order import OrderSnapshot
from peg.intake.acceptor import Acceptor
from peg.intake.looking import Lookout
from peg.intake.reception import ORDERS_FIRST, Reception
from peg.marketplaces.hints import SignatureCheck
from peg.marketplaces.port import Marketplace, RemoteGone
from peg.marketplaces.shopify.webhooks import ShopifyHints, ShopifySignatures

SISTER = ShopId("shopify:sister.myshopify.com")


class EmptyShop(ShopWindow):
    """It has sold nothing."""

    async def order(self, order: str) -> OrderSnapshot:
        raise RemoteGone(f"no order {order}")


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def deliver(shops: TwoShops, letters: list[httpx2.Request], *, named: ShopId) -> None:
    """Hand letters in under a shop's name where both shops have one secret, and work on them."""
    signatures: dict[ShopId, SignatureCheck] = {
        shop: ShopifySignatures([CLIENT_SECRET]) for shop in (SHOPIFY, SISTER)
    }
    doors: dict[ShopId, Marketplace] = {
        SHOPIFY: shops.shopify.market,
        SISTER: EmptyShop(SISTER, shops.clock.now()),
    }
    reception = Reception(shops.database, shops.clock, signatures)
    for letter in letters:
        headers = {**letter.headers, "x-shopify-shop-domain": named.partition(":")[2]}
        await reception.receive(Channel.SHOPIFY, headers, letter.content)
    shops.etsy.practice.clock.advance(ORDERS_FIRST.total_seconds())
    acceptor = Acceptor(
        shops.database,
        shops.clock,
        Signals(shops.database, shops.clock),
        shops=doors,
        readers={Channel.SHOPIFY: ShopifyHints()},
        lookout=Lookout(shops.database, shops.clock, doors, PATIENCE, polls=shops.polls),
        patience=PATIENCE,
    )
    await tried(acceptor)


async def test_a_delivery_replayed_under_a_sister_shops_name_has_no_effect(
    shops: TwoShops,
) -> None:
    shops.buys_on_shopify(RING)
    letters = await shops.letters(Channel.SHOPIFY)

    await deliver(shops, letters, named=SISTER)

    assert (await shops.level(RING)).committed == 0


async def test_the_shop_that_sold_it_is_asked_and_the_sale_counts(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    letters = await shops.letters(Channel.SHOPIFY)

    await deliver(shops, letters, named=SHOPIFY)

    assert (await shops.level(RING)).committed == 1
