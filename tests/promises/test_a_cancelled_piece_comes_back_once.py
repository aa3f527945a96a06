"""An order is cancelled: its pieces are on both shops again, once, and only if they are back."""

from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import LittleShop, open_little_shop
from tests.support.naive import NaiveConnector

from marketsim.market import Happening, OfferChanged
from marketsim.pieces import MARKETS

pytestmark = pytest.mark.virtual_time


def most_shown(shop: LittleShop) -> dict[str, int]:
    """The most chains that each shop shows from now on, if only for a moment."""
    most: dict[str, int] = {market: shop.on(market, CHAIN) for market in MARKETS}

    def hear(told: Happening) -> None:
        if isinstance(told, OfferChanged) and told.unit == shop.units[told.market, CHAIN]:
            most[told.market] = max(most[told.market], told.buyable)

    for market in MARKETS:
        shop.rehearsal.world.market(market).listen(hear)
    return most


async def test_what_shopify_restocks_is_on_both_shops_once(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("shopify", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)
        most = most_shown(shop)

        shop.cancels("shopify", order, restock=True)

        await shop.ends_at(CHAIN, 5)
        assert most == {"shopify": 5, "etsy": 5}


async def test_what_shopify_does_not_restock_stays_off(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("shopify", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)
        most = most_shown(shop)

        shop.cancels("shopify", order, restock=False)

        await shop.stays(CHAIN, 3, 3)
        assert most == {"shopify": 3, "etsy": 3}


@pytest.mark.parametrize("by_itself", [0.0, 1.0], ids=["left to us", "by itself"])
async def test_what_was_cancelled_on_etsy_is_on_both_shops_once(
    tmp_path: Path, by_itself: float
) -> None:
    """Etsy puts it back by itself now and then."""
    async with open_little_shop(tmp_path, rates={"etsy.cancel_restocks": by_itself}) as shop:
        order = shop.buys("etsy", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)
        most = most_shown(shop)

        shop.cancels("etsy", order)

        await shop.ends_at(CHAIN, 5)
        assert most == {"shopify": 5, "etsy": 5}


async def test_what_was_only_refunded_on_etsy_stays_off(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("etsy", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)

        shop.rehearsal.etsy.market.refund(order, quantity=2, restock="no_restock")

        await shop.stays(CHAIN, 3, 3)
        await shop.stays(CHAIN, 3, 3)


async def test_the_only_piece_is_put_back_on_etsy_without_a_fee(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)

        shop.cancels("shopify", order)

        await shop.ends_at(RING, 1)
        assert shop.renewals() == 0


async def test_a_connector_that_adds_what_was_restocked_already_shows_it_twice(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        connector = NaiveConnector(shop)
        order = shop.buys("shopify", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)

        shop.cancels("shopify", order, restock=True)
        await connector.sets_on_shopify(CHAIN, shop.on("shopify", CHAIN) + 2, believing=5)

        assert shop.on("shopify", CHAIN) == 7  # there are five
        assert shop.truth()["oversellable_now"] != []
