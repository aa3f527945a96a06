"""An order that its shop never had took a ring off sale: a person's word brings it back on both."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.little_catalogue import RING
from tests.support.little_shop import LittleShop, open_little_shop
from tests.support.of_nobody import OF_NOBODY, order_of_nobody
from tests.support.rehearsal import QUICK

from peg.intake.never_sold_rules import SHOWN_WITHIN
from peg.intake.orders import take_in

pytestmark = pytest.mark.virtual_time

AS_IN_EARNEST = {f"PEG_{name}_S": "30" for name in ("POLL_SHOPIFY", "POLL_ETSY", "GLANCE")}
A_WHILE_S = (SHOWN_WITHIN + timedelta(seconds=60)).total_seconds()


async def hears_of_a_sale(shop: LittleShop) -> None:
    """PEG is told of an order that Shopify does not have."""
    offer, now = await shop.offer("shopify", RING), shop.rehearsal.ground.clock.now()
    told = order_of_nobody(offer, placed_at=now)
    async with shop.at_the_counter() as session:
        await take_in(session, told, patience=QUICK, now=now)


@pytest.mark.parametrize(
    ("taken_off", "shown"), [(1, 0), (0, 1)], ids=["deleted there", "never there"]
)
async def test_it_goes_back_on_sale_on_both_shops(
    tmp_path: Path, taken_off: int, shown: int
) -> None:
    """Of an order that was there and was deleted Shopify keeps the ring off sale."""
    async with open_little_shop(tmp_path, environment=AS_IN_EARNEST, speed=1.0) as shop:
        rehearsal = shop.rehearsal
        await hears_of_a_sale(shop)
        if taken_off:
            shop.edits("shopify", RING, -taken_off)
        await shop.until(lambda: shop.on("etsy", RING) == 0)
        await rehearsal.ground.clock.sleep(A_WHILE_S)
        await shop.ends_at(RING, shown, 0)

        orders = rehearsal.peg.orders_never_sold(rehearsal.engine)
        await orders.give_back(OF_NOBODY, who="ann", why="a test")
        await rehearsal.ground.clock.sleep(A_WHILE_S)

        await shop.ends_at(RING, 1)
        assert await shop.questions() == []
        assert shop.renewals() == 0
