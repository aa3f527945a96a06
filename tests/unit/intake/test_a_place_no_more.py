"""Shopify goes on to tell of places where a product is stocked no more: nothing is shown there.

Whatever is written to such a place is accepted, and for sale nowhere.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.shopify_shop import ShopifyShop
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from marketsim.shopify.records import Level
from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.domain.identity import LocationId
from peg.ledger import counter
from peg.propagation.retarget import retarget
from peg.propagation.unstocked import unstocked

FAIR = LocationId("fair")


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    """Three chains lie at the atelier, two at the gallery, none at the fair."""
    async with open_two_shops(tmp_path, chains=(3, 2, 0)) as shops:
        yield shops


def level(shopify: ShopifyShop, place: str) -> Level:
    items = shopify.shopify.shop.store.items.values()
    item = next(one for one in items if one.sku == CHAIN)
    return next(one for one in item.levels.values() if one.location.name == place)


async def expected(shops: TwoShops) -> list[int]:
    """What PEG believes Shopify to show of the chain, wherever it is stocked."""
    offer = await shops.offer(CHAIN, SHOPIFY)
    async with reading(shops.database) as session:
        rows = (await mirror.expected_of(session, [offer.id]))[offer.id]
    return sorted(row.quantity for row in rows.values())


async def receive(shops: TwoShops, at: LocationId) -> None:
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await counter.receive(session, CHAIN, 1, who="mira", location=at, now=now)
        await retarget(session, [CHAIN], now=now)


async def test_pieces_put_there_later_are_not_written_into_nowhere(shops: TwoShops) -> None:
    level(shops.shopify, "Fair").is_active = False
    assert await shops.looks_at(CHAIN, SHOPIFY) == {"echo"}

    await receive(shops, FAIR)

    assert await expected(shops) == [2, 3]
    async with reading(shops.database) as session:
        assert [one.place.name for one in await unstocked(session)] == ["Fair"]


async def test_pieces_that_were_shown_there_are_missed_first(shops: TwoShops) -> None:
    level(shops.shopify, "Gallery").is_active = False

    seen = [await shops.looks_at(CHAIN, SHOPIFY) for _ in range(2)]

    assert seen == [{"missing", "echo"}, {"echo"}]
    assert (await shops.level(CHAIN)).available == 3
    assert await expected(shops) == [0, 3]


async def test_where_it_was_not_stocked_at_the_import_nothing_is_expected(tmp_path: Path) -> None:
    def ends_at_the_gallery(shopify: ShopifyShop, _etsy: object) -> None:
        level(shopify, "Gallery").is_active = False

    meanwhile = ends_at_the_gallery
    async with open_two_shops(tmp_path, chains=(3, 2), meanwhile=meanwhile) as shops:
        assert await expected(shops) == [3]
        assert (await shops.level(CHAIN)).on_hand == 3
