"""A shop's places are known by what it calls them now, and by whether it still ships from them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import locations
from peg.db.transaction import begin, reading
from peg.domain.identity import MAIN
from peg.domain.place import RemotePlace
from peg.intake.places import read_places
from peg.reads.places import places


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path, chains=(3, 2)) as shops:
        yield shops


async def told(shops: TwoShops) -> dict[str, tuple[str, bool]]:
    """What `peg places` tells: the name of each, and whether it is open."""
    async with reading(shops.database) as session:
        found = await places(session)
    return {one.place: (one.name, one.open) for one in found if one.place != MAIN}


async def looks(shops: TwoShops) -> None:
    await read_places(shops.database, shops.shopify.market)


async def test_what_shopify_renames_opens_and_closes_is_known_so(shops: TwoShops) -> None:
    market = shops.shopify.shopify.market
    before = await told(shops)
    market.rename_place(0, "Workshop")
    market.open_place("Fair")
    market.close_place(1, move_to=0)

    await looks(shops)

    assert before == {"atelier": ("Atelier", True), "gallery": ("Gallery", True)}
    assert await told(shops) == {
        "atelier": ("Workshop", True),
        "gallery": ("Gallery", False),
        "fair": ("Fair", True),
    }


async def test_a_place_that_is_closed_shows_nothing_of_what_was_moved_away(
    shops: TwoShops,
) -> None:
    shops.shopify.shopify.market.close_place(1, move_to=0)

    seen = await shops.looks_at(CHAIN, SHOPIFY)

    assert "missing" in seen  # at the gallery: two less; in the atelier two more are doubted
    assert (await shops.level(CHAIN)).available == 3


async def test_what_is_deleted_is_closed_and_what_is_there_again_is_open(shops: TwoShops) -> None:
    async with begin(shops.database) as session:
        known = [one for one in await locations.everything(session) if one.shop == SHOPIFY]
        atelier, gallery = (
            RemotePlace(id=one.remote, name=one.name) for one in sorted(known, key=str)
        )
        gone = await locations.keep(session, SHOPIFY, [atelier])
        back = await locations.keep(session, SHOPIFY, [atelier, gallery])
        same = await locations.keep(session, SHOPIFY, [atelier, gallery])

    assert (gone, back, same) == (["Gallery is there no more"], ["Gallery is open again"], [])


async def test_a_shop_that_names_no_place_closes_none(shops: TwoShops) -> None:
    shops.shopify.shopify.market.store.locations.clear()

    await looks(shops)

    assert {open_ for _, open_ in (await told(shops)).values()} == {True}
