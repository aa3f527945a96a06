"""What connectors in wide use put back on sale with their next push, PEG leaves off sale.

A connector in these stories sends what it believes when its hour has come, as they were seen to do.
"""

from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import DEAF, NO_POLLS, LittleShop, open_little_shop
from tests.support.naive import NaiveConnector

from marketsim.pieces import MARKETS, MarketName

pytestmark = pytest.mark.virtual_time

HOURLY = {**NO_POLLS, "PEG_RECONCILE_S": "20"}
"""PEG compares whole shops every twenty seconds of theirs, and polls nothing by itself."""


async def pushes_everything(shop: LittleShop, *, believing: int) -> None:
    """The hourly push of a connector: what it believes of the ring, to Shopify."""
    connector = NaiveConnector(shop)
    there = shop.on("shopify", RING)
    await connector.sets_on_shopify(RING, believing, believing=there)


async def compares_all(shop: LittleShop) -> None:
    """PEG's comparison of both shops, which is its nearest to an hourly push."""
    for key in shop.rehearsal.engine.shops:
        await shop.rehearsal.engine.reconciler.reconcile(key)


async def test_a_push_after_a_sale_that_nobody_heard_of_puts_nothing_back(tmp_path: Path) -> None:
    """Like a connector that imports orders when somebody clicks, and pushes its stock each hour."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        shop.buys("shopify", RING)

        await compares_all(shop)

        await shop.ends_at(RING, 0)
        assert shop.sold_twice() == 0


async def test_a_lost_webhook_does_not_cost_the_ring_an_hour_later(tmp_path: Path) -> None:
    """Like one that hears of sales by webhooks alone: what is lost is lost, until it pushes."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=HOURLY) as shop:
        shop.buys("etsy", RING)

        await shop.until(lambda: shop.shows(RING) == (0, 0))

        await shop.stays(RING, 0, 0)
        assert shop.sold_twice() == 0


@pytest.mark.parametrize("market", MARKETS)
async def test_the_blind_push_sells_the_ring_again(tmp_path: Path, market: MarketName) -> None:
    """Of its own sale nobody has told it yet; the webhook of the other shop's was lost."""
    async with open_little_shop(tmp_path, rates=DEAF, environment=NO_POLLS) as shop:
        shop.buys(market, RING)

        await pushes_everything(shop, believing=1)

        shop.buys("shopify", RING)
        assert shop.sold_twice() == 1
