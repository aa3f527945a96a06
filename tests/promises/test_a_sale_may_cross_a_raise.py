"""A ring that came back is sold on Shopify at the moment in which PEG puts it back on Etsy."""

import asyncio
from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import LittleShop, open_little_shop

from marketsim.market import Happening, OfferChanged

pytestmark = pytest.mark.virtual_time


def buys_at_once_on_etsy(shop: LittleShop) -> None:
    """Somebody waits for the ring there."""

    def hear(told: Happening) -> None:
        if isinstance(told, OfferChanged) and told.unit == unit and told.buyable:
            asyncio.get_running_loop().call_soon(lambda: shop.buys("etsy", RING))

    unit = shop.units["etsy", RING]
    shop.rehearsal.world.market("etsy").listen(hear)


async def test_the_second_buyer_was_inside_the_window_and_a_case_is_open(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)
        shop.meanwhile("etsy", "state=active", lambda: shop.buys("shopify", RING))
        buys_at_once_on_etsy(shop)

        shop.cancels("shopify", order)

        await shop.until(lambda: shop.sold_twice() == 1)
        await shop.ends_at(RING, 0)
        assert len(await shop.cases()) == 1
        (double,) = shop.truth()["double_sales"]["inside"]
        assert double["shown_because"] == "sale crossed by a raise"
