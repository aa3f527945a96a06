"""Each shop has its own limits: an import reads both at once."""

import asyncio
from functools import partial
from pathlib import Path

from tests.support.jeweller import open_jeweller

from peg.domain.identity import ShopId


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


async def test_a_shop_is_read_sparingly_once_it_is_kept_in_step(tmp_path: Path) -> None:
    async with open_jeweller(tmp_path) as jeweller:
        jeweller.shopify.show("RING-1", 3)
        jeweller.etsy.show("", 3)  # without a SKU: it is not kept in step
        await jeweller.imports()
        await jeweller.imports()

        assert jeweller.shopify.read_as_first == [True, False]
        assert jeweller.etsy.read_as_first == [True, True]
