"""The live page tells each sale, what both shops show after it, and how fast that was."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import LOOK_S, LOOKS_MAX, LittleShop, open_little_shop

from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.propagation import pauses
from peg.reads.following import Followed
from peg.reads.live import Live, live

pytestmark = pytest.mark.virtual_time


async def moment(shop: LittleShop) -> Live:
    ground = shop.rehearsal.ground
    async with reading(ground.database) as session:
        return await live(session, now=ground.clock.now())


async def comes_to_tell(shop: LittleShop, behind: Mapping[Channel, int]) -> Live:
    """The first moment with so many offers on their way."""
    for _ in range(LOOKS_MAX):
        told = await moment(shop)
        if {one.channel: one.behind for one in told.shops} == behind:
            return told
        await asyncio.sleep(LOOK_S)
    raise TimeoutError


async def test_a_sale_is_told_with_the_seconds_until_the_other_shop_followed(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        before = await moment(shop)
        shop.buys("etsy", RING)
        await shop.ends_at(RING, 0)
        now = await comes_to_tell(shop, {Channel.SHOPIFY: 0, Channel.ETSY: 0})

    (sale,) = now.sales
    (ring,) = now.pieces
    assert (sale.channel, sale.pieces, sale.followed) == (Channel.ETSY, {RING: 1}, Followed.DONE)
    assert sale.seconds is not None
    assert now.pace.half_within_s == now.pace.all_within_s == sale.seconds
    assert (ring.available, ring.shown) == (0, {Channel.ETSY: 0, Channel.SHOPIFY: 0})
    assert before.available - now.available == 1
    assert sum(one.pieces for one in before.shops) - sum(one.pieces for one in now.shops) == 2


async def test_the_seconds_of_a_sale_stay_when_its_piece_comes_back(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        order = shop.buys("shopify", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)
        told = (await comes_to_tell(shop, {Channel.SHOPIFY: 0, Channel.ETSY: 0})).sales[0]

        shop.cancels("shopify", order, restock=True)
        await shop.ends_at(CHAIN, 5)
        (sale,) = (await moment(shop)).sales

    assert sale.cancelled
    assert (sale.followed, sale.seconds) == (told.followed, told.seconds)


async def test_a_paused_shop_is_told_with_its_reason_and_what_waits_for_it(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path) as shop:
        ground = shop.rehearsal.ground
        async with begin(ground.database) as session:
            now = ground.clock.now()
            await pauses.pause(session, "etsy", who="Ann", why="stocktaking", now=now)

        shop.buys("shopify", RING)
        await shop.stays(RING, 0, 1)
        told = await comes_to_tell(shop, {Channel.SHOPIFY: 0, Channel.ETSY: 1})

    paused = {one.channel: one.paused for one in told.shops}
    assert paused == {Channel.SHOPIFY: None, Channel.ETSY: "stocktaking"}
