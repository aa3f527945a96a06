"""Each shop has its own limits: an import reads both at once."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from tests.support.jeweller import open_jeweller

from peg.domain.identity import ShopId
from peg.marketplaces.port import MarketplaceUnavailable


async def test_both_shops_are_read_side_by_side(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as jeweller:
        jeweller.shopify.show("RING-1", 3)
        jeweller.etsy.show("RING-1", 3)
        begun = {one.shop: asyncio.Event() for one in (jeweller.shopify, jeweller.etsy)}

        async def until_the_other_is_read(mine: ShopId) -> None:
            begun[mine].set()
            await asyncio.gather(*(one.wait() for one in begun.values()))

        for window in (jeweller.shopify, jeweller.etsy):
            window.while_paging = partial(until_the_other_is_read, window.shop)
        told = await asyncio.wait_for(jeweller.imports(), timeout=10)

        assert told.matched == 1


async def test_a_shop_that_fails_does_not_break_off_the_reading_of_the_other(
    tmp_path: Path,
) -> None:
    read: list[ShopId] = []
    async with open_jeweller(tmp_path) as jeweller:
        jeweller.shopify.show("RING-1", 3)

        jeweller.etsy.show("RING-1", 3)

        async def fail() -> None:
            raise MarketplaceUnavailable("away")

        async def take_longer() -> None:
            await asyncio.sleep(0.01)
            read.append(jeweller.shopify.shop)

        jeweller.etsy.while_paging, jeweller.shopify.while_paging = fail, take_longer
        with pytest.raises(MarketplaceUnavailable, match="away"):
            await jeweller.imports()

        assert read == [jeweller.shopify.shop]
