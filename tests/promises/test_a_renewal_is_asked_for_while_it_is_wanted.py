"""Only a person can bring back what Etsy has as sold out; she is not sent after what is sold."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import LittleShop, open_little_shop

from peg.domain.identity import Sku
from peg.ledger import counter, queries

pytestmark = pytest.mark.virtual_time

A_WHILE_S = 60.0
AS_IN_EARNEST = {f"PEG_{name}_S": "30" for name in ("POLL_SHOPIFY", "POLL_ETSY", "GLANCE")}

Act = Callable[[LittleShop], Awaitable[None]]


async def told(folder: Path, story: Act) -> None:
    async with open_little_shop(folder, environment=AS_IN_EARNEST, speed=1.0) as shop:
        await story(shop)


async def time_passes(shop: LittleShop) -> None:
    await shop.rehearsal.ground.clock.sleep(A_WHILE_S)


async def sold_on_etsy_and_cancelled(shop: LittleShop) -> None:
    """Etsy shows the ring as sold out, and PEG asks whether to renew it."""
    order = shop.buys("etsy", RING)
    await time_passes(shop)
    shop.cancels("etsy", order)
    await time_passes(shop)
    assert shop.shows(RING) == (1, 0)
    assert await shop.questions() == ["renewal"]


async def available(shop: LittleShop, sku: Sku) -> int:
    async with shop.at_the_counter() as session:
        return (await queries.position(session, sku)).level.available


async def test_nobody_is_asked_to_renew_what_was_sold_meanwhile(tmp_path: Path) -> None:
    async def story(shop: LittleShop) -> None:
        await sold_on_etsy_and_cancelled(shop)

        shop.buys("shopify", RING)
        await time_passes(shop)

        assert shop.shows(RING) == (0, 0)
        assert await shop.questions() == []

    await told(tmp_path, story)


async def test_what_she_renews_is_for_sale_and_neither_asked_about_nor_alarmed(
    tmp_path: Path,
) -> None:
    async def story(shop: LittleShop) -> None:
        await sold_on_etsy_and_cancelled(shop)

        shop.puts_back("etsy", RING)
        await time_passes(shop)
        await time_passes(shop)

        assert shop.shows(RING) == (1, 1)
        assert await shop.questions() == []
        assert shop.alerts == []

    await told(tmp_path, story)


async def test_goods_that_came_in_and_are_renewed_are_not_counted_twice(tmp_path: Path) -> None:
    async def story(shop: LittleShop) -> None:
        shop.buys("etsy", CHAIN, 5)
        await time_passes(shop)
        async with shop.at_the_counter() as session:
            now = shop.rehearsal.ground.clock.now()
            await counter.receive(session, CHAIN, 3, who="ann", now=now)
        await time_passes(shop)
        assert shop.shows(CHAIN) == (3, 0)

        shop.puts_back("etsy", CHAIN)
        for _ in range(5):
            await time_passes(shop)

        assert await available(shop, CHAIN) == 3
        assert shop.shows(CHAIN) == (3, 3)
        assert await shop.questions() == []

    await told(tmp_path, story)
