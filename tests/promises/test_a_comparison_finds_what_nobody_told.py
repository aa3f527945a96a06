"""No webhook comes, and no poll tells of an edit: every so often the whole shop is compared."""

from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN
from tests.support.little_shop import DEAF, NO_POLLS, open_little_shop

from marketsim.pieces import MarketName

pytestmark = pytest.mark.virtual_time

COMPARES, NEVER = {"PEG_RECONCILE_S": "10"}, {"PEG_RECONCILE_S": "36000"}


@pytest.mark.parametrize("market", ["shopify", "etsy"])
async def test_an_edit_by_hand_reaches_the_other_shop_by_a_comparison_alone(
    tmp_path: Path, market: MarketName
) -> None:
    other: MarketName = "etsy" if market == "shopify" else "shopify"
    async with open_little_shop(tmp_path, rates=DEAF, environment={**NO_POLLS, **COMPARES}) as shop:
        shop.edits(market, CHAIN, -1)

        await shop.until(lambda: shop.on(other, CHAIN) == 4)


@pytest.mark.parametrize("market", ["shopify", "etsy"])
async def test_without_one_nobody_hears_of_it(tmp_path: Path, market: MarketName) -> None:
    async with open_little_shop(tmp_path, rates=DEAF, environment={**NO_POLLS, **NEVER}) as shop:
        shop.edits(market, CHAIN, -1)

        for _ in range(5):
            await shop.calm(lambda: None)
        assert {shop.on("shopify", CHAIN), shop.on("etsy", CHAIN)} == {4, 5}
