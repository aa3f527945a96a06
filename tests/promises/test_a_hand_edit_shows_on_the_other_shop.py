"""The jeweller types another figure into one shop's admin: the other shop follows, or she is asked.

Etsy tells nobody of it; PEG glances at the listings that were changed last.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING
from tests.support.little_shop import DEAF, LittleShop, open_little_shop

from marketsim.pieces import MARKETS, MarketName

pytestmark = pytest.mark.virtual_time


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(tmp_path) as shop:
        yield shop


@pytest.mark.parametrize("market", MARKETS)
async def test_fewer_pieces_are_held_on_both_shops_at_once(
    shop: LittleShop, market: MarketName
) -> None:
    shop.edits(market, CHAIN, -2)

    await shop.ends_at(CHAIN, 3)
    assert shop.truth()["oversellable_now"] == []


@pytest.mark.parametrize("market", MARKETS)
async def test_the_only_piece_is_taken_off_both_shops(shop: LittleShop, market: MarketName) -> None:
    shop.edits(market, RING, -1)

    await shop.ends_at(RING, 0)


async def test_an_only_piece_that_leaves_etsy_unheard_leaves_shopify_with_it(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path, rates=DEAF) as shop:
        shop.edits("etsy", RING, -1)

        await shop.ends_at(RING, 0)


@pytest.mark.parametrize("market", MARKETS)
async def test_more_of_what_is_stocked_are_on_both_shops(
    shop: LittleShop, market: MarketName
) -> None:
    shop.edits(market, CHAIN, +2)

    await shop.ends_at(CHAIN, 7)
    assert await shop.questions() == []


@pytest.mark.parametrize("market", MARKETS)
async def test_a_second_one_of_what_there_is_once_is_asked_about_and_not_sold(
    shop: LittleShop, market: MarketName
) -> None:
    shop.edits(market, RING, +1)

    await shop.asks("extra_pieces")
    await shop.ends_at(RING, 1)
