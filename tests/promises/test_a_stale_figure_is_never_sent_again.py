"""A sale slips in between a reading of Shopify and the write: the figure decided on is void."""

import re
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN
from tests.support.little_shop import DEAF, NO_POLLS, open_little_shop
from tests.support.naive import NaiveConnector

pytestmark = pytest.mark.virtual_time

SETS = "inventorySetQuantities"
"""Five chains are on both shops: one is sold on Etsy, and three on Shopify just before a write."""


async def test_a_figure_that_a_sale_overtook_is_decided_anew(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        shop.meanwhile("shopify", SETS, lambda: shop.buys("shopify", CHAIN, 3))

        shop.buys("etsy", CHAIN)
        await shop.takes_in_orders("etsy")

        await shop.ends_at(CHAIN, 1)
        sent = [
            re.findall(r'"(?:quantity|changeFromQuantity)": ?(\d+)', one)
            for one in shop.asked("shopify", SETS)
        ]
        assert sent == [["4", "5"], ["1", "2"]]


async def test_without_that_the_chains_that_were_sold_are_on_sale_again(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        connector = NaiveConnector(shop)
        shop.meanwhile("shopify", SETS, lambda: shop.buys("shopify", CHAIN, 3))

        shop.buys("etsy", CHAIN)
        await connector.sets_on_shopify(CHAIN, 4, believing=5)

        assert shop.on("shopify", CHAIN) == 4  # one is left
        shop.buys("shopify", CHAIN, 2)
        assert shop.sold_twice() == 1
