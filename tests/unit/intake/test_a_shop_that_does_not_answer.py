"""A marketplace that does not answer holds up what it is asked for, and nothing else."""

import asyncio
from pathlib import Path

from tests.support.two_shops import CHAIN, RING, TwoShops, open_two_shops

from peg.domain.clock import Clock
from peg.domain.identity import Channel, ShopId
from peg.domain.order import OrderSnapshot
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.marketplace import EtsyMarketplace

A_LONG_TIME_S = 30.0
"""Real seconds after which the test gives up; none of it passes when all is well."""


class Silent(EtsyMarketplace):
    """It is asked for an order, and never answers."""

    def __init__(self, *, shop: ShopId, client: EtsyClient, clock: Clock) -> None:
        super().__init__(shop=shop, client=client, clock=clock)
        self.asked = asyncio.Event()

    async def order(self, order: str) -> OrderSnapshot:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError(f"the waiting for order {order} can only be cancelled")


async def deliver(shops: TwoShops, channel: Channel) -> None:
    for letter in await shops.letters(channel):
        await shops.deliver(letter)


async def test_a_marketplace_that_does_not_answer_holds_up_no_delivery_of_another(
    tmp_path: Path,
) -> None:
    """Not even those that arrive while it hangs, however long that is."""
    async with open_two_shops(tmp_path) as shops, asyncio.timeout(A_LONG_TIME_S):
        etsy = shops.etsy.practice
        silent = Silent(shop=shops.etsy.market.shop, client=shops.etsy.client, clock=shops.clock)
        shops.doors[silent.shop] = silent
        something_posted = asyncio.Event()
        shops.database.on_commit(lambda _: something_posted.set())
        etsy.etsy.market.pay(etsy.etsy.market.buy(etsy.unit_of(CHAIN)))
        await deliver(shops, Channel.ETSY)
        acceptor = asyncio.create_task(shops.acceptor.run())
        await silent.asked.wait()

        shops.buys_on_shopify(RING)
        await deliver(shops, Channel.SHOPIFY)
        while (await shops.level(RING)).committed == 0:
            await something_posted.wait()
            something_posted.clear()

        assert (await shops.level(CHAIN)).committed == 0
        acceptor.cancel()
        await asyncio.gather(acceptor, return_exceptions=True)
