"""Every webhook of both shops is lost: PEG asks for orders, and that is enough."""

from pathlib import Path
from random import Random

import pytest
from tests.support.little_catalogue import CHAIN, GOLD, RING, SHELF, SILVER, STUDS
from tests.support.little_shop import DEAF, NO_POLLS, LittleShop, open_little_shop

from marketsim.pieces import MARKETS, PieceId

pytestmark = pytest.mark.virtual_time

SALES = 8
NOT_SUBSCRIBED = {"PEG_PUBLIC_URL": ""}
"""Who subscribes polls once."""


def trade(shop: LittleShop, rng: Random) -> None:
    """Buyers come to both shops; one of the orders on Shopify is cancelled."""
    shop.cancels("shopify", shop.buys("shopify", GOLD))
    for _ in range(SALES):
        market = rng.choice(MARKETS)
        sku = rng.choice([sku for sku in (CHAIN, GOLD, SILVER) if shop.on(market, sku) > 2])
        shop.buys(market, sku)
    shop.buys("shopify", RING)
    shop.buys("etsy", STUDS)


async def test_both_shops_agree_with_the_shelf_though_no_webhook_came(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF) as shop:
        trade(shop, Random(7))

        for sku in SHELF:
            await shop.ends_at(sku, shop.rehearsal.world.truth.remaining[PieceId(sku)])
        assert shop.rehearsal.world.faults.struck["etsy.webhook_lost"] > 0
        assert shop.rehearsal.world.faults.struck["shopify.webhook_lost"] > 0


async def test_without_polls_nobody_hears_of_the_sales(tmp_path: Path) -> None:
    async with open_little_shop(
        tmp_path, rates=DEAF, environment={**NO_POLLS, **NOT_SUBSCRIBED}
    ) as shop:
        shop.buys("shopify", RING)
        shop.buys("etsy", STUDS)

        await shop.stays(RING, 0, 1)
        await shop.stays(STUDS, 1, 0)
        assert len(shop.truth()["oversellable_now"]) == 2
