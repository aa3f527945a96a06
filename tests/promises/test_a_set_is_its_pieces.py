"""A set is a listing of its own, made of pieces that are also sold by themselves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.little_catalogue import RING, SET, STUDS, little_catalogue
from tests.support.little_shop import LittleShop, open_little_shop

from marketsim.pieces import MARKETS, MarketName
from peg.catalog.sets import IsASet, refuse_sets
from peg.ledger import counter

pytestmark = pytest.mark.virtual_time


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    """The jeweller has said on both shops what the set is made of."""
    async with open_little_shop(tmp_path, catalogue=little_catalogue(with_set=True)) as shop:
        await shop.composes(SET, RING, STUDS)
        await shop.stays(SET, 1, 1)
        yield shop


@pytest.mark.parametrize("market", MARKETS)
async def test_a_sale_of_one_piece_takes_the_set_off_both_shops(
    shop: LittleShop, market: MarketName
) -> None:
    shop.buys(market, STUDS)

    await shop.ends_at(SET, 0)
    await shop.ends_at(STUDS, 0)
    assert shop.shows(RING) == (1, 1)


@pytest.mark.parametrize("market", MARKETS)
async def test_a_sale_of_the_set_takes_both_pieces_off_both_shops(
    shop: LittleShop, market: MarketName
) -> None:
    shop.buys(market, SET)

    await shop.ends_at(RING, 0)
    await shop.ends_at(STUDS, 0)
    await shop.ends_at(SET, 0)
    assert shop.sold_twice() == 0


async def test_a_set_sold_in_person_is_named_by_its_pieces_and_leaves_both_shops(
    shop: LittleShop,
) -> None:
    async with shop.at_the_counter() as session:
        with pytest.raises(IsASet, match=f"{RING}, {STUDS}"):
            await refuse_sets(session, SET)
        for part in (RING, STUDS):
            await refuse_sets(session, part)
            now = shop.rehearsal.ground.clock.now()
            await counter.sell(session, part, 1, who="mira", now=now)

    await shop.ends_at(RING, 0)
    await shop.ends_at(STUDS, 0)
    await shop.ends_at(SET, 0)


async def test_a_set_that_is_taken_for_a_piece_is_sold_though_half_of_it_is_gone(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, catalogue=little_catalogue(with_set=True)) as shop:
        shop.buys("shopify", STUDS)
        await shop.ends_at(STUDS, 0)

        assert shop.shows(SET) == (1, 1)
        shop.buys("etsy", SET)
        assert shop.sold_twice() == 1
