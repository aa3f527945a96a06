"""What happens away from the marketplaces, by the functions that the commands call."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import LittleShop, open_little_shop

from peg.catalog import locations
from peg.intake.places import read_places
from peg.ledger import counter, reservations
from peg.propagation.unstocked import have_stocked

pytestmark = pytest.mark.virtual_time

HELD_FOR = timedelta(seconds=15)
"""Of the shops' time, which runs ten times as fast as ours."""


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(tmp_path) as shop:
        yield shop


def now(shop: LittleShop) -> datetime:
    return shop.rehearsal.ground.clock.now()


async def hold(shop: LittleShop, *, until: datetime | None) -> int:
    async with shop.at_the_counter() as session:
        return await reservations.hold(
            session, RING, 1, until=until, why="layaway", who="mira", now=now(shop)
        )


async def test_a_piece_sold_in_person_leaves_both_shops(shop: LittleShop) -> None:
    async with shop.at_the_counter() as session:
        await counter.sell(session, RING, 1, who="mira", now=now(shop))

    await shop.ends_at(RING, 0)


async def test_a_piece_sold_in_person_and_on_a_shop_leaves_the_other_and_makes_a_case(
    shop: LittleShop,
) -> None:
    order = shop.buys("shopify", RING)
    async with shop.at_the_counter() as session:
        await counter.sell(session, RING, 1, who="mira", now=now(shop))

    (case,) = await shop.cases()
    assert [one.order_id for one in case.orders if one.shop != "counter"] == [
        order.rpartition("/")[2]
    ]
    await shop.ends_at(RING, 0)


async def test_more_than_the_book_had_is_on_neither_shop(shop: LittleShop) -> None:
    async with shop.at_the_counter() as session:
        await counter.sell(session, CHAIN, 6, who="mira", now=now(shop))

    await shop.ends_at(CHAIN, 0)


async def test_pieces_received_are_on_both_shops(shop: LittleShop) -> None:
    async with shop.at_the_counter() as session:
        await counter.receive(session, CHAIN, 3, who="mira", now=now(shop))

    await shop.ends_at(CHAIN, 8)


async def test_pieces_put_where_shopify_did_not_stock_them_are_on_both_shops(
    shop: LittleShop,
) -> None:
    shop.rehearsal.shopify.market.open_place("Gallery")
    offer = await shop.offer("shopify", CHAIN)
    ground = shop.rehearsal.ground
    await read_places(ground.database, shop.rehearsal.engine.doors[offer.ref.shop])
    async with shop.at_the_counter() as session:
        gallery = await locations.named(session, "Gallery")
        await counter.receive(session, CHAIN, 3, who="mira", location=gallery, now=now(shop))
        await have_stocked(session, CHAIN, gallery, now=now(shop))

    await shop.ends_at(CHAIN, 8)


@pytest.mark.parametrize("counted", [3, 6])
async def test_what_was_counted_is_on_both_shops(shop: LittleShop, counted: int) -> None:
    async with shop.at_the_counter() as session:
        await counter.count(session, CHAIN, counted, who="mira", now=now(shop))

    await shop.ends_at(CHAIN, counted)


async def test_a_piece_on_hold_is_on_no_shop_until_it_is_released(shop: LittleShop) -> None:
    number = await hold(shop, until=None)
    await shop.ends_at(RING, 0)

    async with shop.at_the_counter() as session:
        await reservations.release(session, number, now=now(shop))

    await shop.ends_at(RING, 1)


async def test_a_hold_ends_by_the_clock(shop: LittleShop) -> None:
    until = now(shop) + HELD_FOR
    await hold(shop, until=until)
    await shop.until(lambda: shop.shows(RING) == (0, 0))
    assert now(shop) < until

    await shop.ends_at(RING, 1)
    assert now(shop) >= until
