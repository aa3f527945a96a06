"""A shop that is revoked, closed or connected again is that shop's affair: the other trades on."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING, STUDS
from tests.support.little_shop import LOOK_S, LOOKS_MAX, NO_POLLS, LittleShop, open_little_shop
from tests.support.rehearsal import connect

from peg.catalog import mirror
from peg.db.transaction import reading
from peg.domain.identity import ShopId, Sku
from peg.domain.offer import ANYWHERE
from peg.intake import waiting_room
from peg.ledger import queries
from peg.shops import directory
from peg.shops.directory import Status

pytestmark = pytest.mark.virtual_time


async def test_the_other_shops_work_is_not_disturbed_when_one_is_lost_and_found(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        engine = shop.rehearsal.engine
        etsy, shopify = shop.shop("etsy"), shop.shop("shopify")
        door, worker = engine.shops[shopify], engine.workers[shopify]
        old = engine.shops[etsy]

        shop.rehearsal.etsy.market.revoke()
        await shop.until(lambda: etsy not in engine.shops)
        shop.buys("shopify", STUDS)
        await is_sold(shop, STUDS)
        assert shop.shows(STUDS) == (0, 1)

        await connect(shop.rehearsal.peg, "etsy")
        await shop.ends_at(STUDS, 0)
        shop.buys("etsy", RING)
        await shop.ends_at(RING, 0)
        shop.buys("shopify", CHAIN, 2)
        await shop.ends_at(CHAIN, 3)
        assert shop.alerts == ["shop_revoked"]
        assert engine.shops[etsy] is not old
        assert (engine.shops[shopify], engine.workers[shopify]) == (door, worker)
        assert shop.sold_twice() == 0


async def test_what_a_lost_shop_told_of_waits_and_is_worked_on_once_it_is_found(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        etsy = shop.shop("etsy")
        shop.rehearsal.etsy.market.revoke()
        shop.buys("etsy", RING)
        await comes_to_be(shop, etsy, Status.REVOKED)
        await shop.stays(RING, 1, 0)
        assert [one.shop for one in await waiting(shop)] == [etsy]

        await connect(shop.rehearsal.peg, "etsy")

        await shop.ends_at(RING, 0)
        assert await waiting(shop) == []
        assert shop.alerts == ["shop_revoked"]


async def waiting(shop: LittleShop) -> Sequence[waiting_room.Waiting]:
    """What waits for shops that are out of reach."""
    async with shop.at_the_counter() as session:
        return await waiting_room.waiting_for_shops(session)


async def test_a_shop_that_is_closed_for_a_while_keeps_its_door_and_what_it_knows(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        engine, shopify = shop.rehearsal.engine, shop.shop("shopify")
        door, worker = engine.shops[shopify], engine.workers[shopify]

        shop.faults(**{"shopify.http_402": 1.0})
        await comes_to_be(shop, shopify, Status.FROZEN)
        shop.buys("etsy", RING)
        await is_sold(shop, RING)
        shop.faults(**{"shopify.http_402": 0.0})

        await comes_to_be(shop, shopify, Status.CONNECTED)
        await shop.ends_at(RING, 0)
        assert (engine.shops[shopify], engine.workers[shopify]) == (door, worker)
        assert shop.alerts == ["shop_frozen"]


async def test_only_the_lost_shops_writes_are_doubtful(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        work, etsy = shop.rehearsal.work, shop.shop("etsy")
        theirs, ours = [(await shop.offer(one, CHAIN)).id for one in ("etsy", "shopify")]
        async with shop.at_the_counter() as session:
            (place,) = (await mirror.expected_of(session, [ours]))[ours]
            now = shop.rehearsal.ground.clock.now()
            await mirror.note_sending(session, theirs, ANYWHERE, 4, now=now)
            await mirror.note_sending(session, ours, place, 4, now=now)
            await directory.mark(session, etsy, Status.REVOKED, "", now=now)

        await asyncio.gather(work.follow(), work.follow())  # whoever else sees it at the same time

        async with shop.at_the_counter() as session:
            known = await mirror.expected_of(session, [theirs, ours])
        assert known[theirs][ANYWHERE].unanswered
        assert not known[ours][place].unanswered


async def is_sold(shop: LittleShop, sku: Sku) -> None:
    """The sale of a single piece comes into the book."""
    for _ in range(LOOKS_MAX):
        async with shop.at_the_counter() as session:
            if (await queries.position(session, sku)).level.committed == 1:
                return
        await asyncio.sleep(LOOK_S)
    raise TimeoutError


async def comes_to_be(shop: LittleShop, which: ShopId, status: Status) -> None:
    """A shop is marked so, sooner or later."""
    for _ in range(LOOKS_MAX):
        async with reading(shop.rehearsal.ground.database) as session:
            if (await directory.by_id(session, which)).status is status:
                return
        await asyncio.sleep(LOOK_S)
    raise TimeoutError
