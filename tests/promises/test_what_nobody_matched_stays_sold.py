"""A band is one Etsy listing, in gold and in silver, and PEG knows only the gold one's piece."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.little_catalogue import GOLD, SHELF, SILVER, little_catalogue
from tests.support.little_shop import LittleShop, open_little_shop
from tests.support.naive import NaiveConnector

from marketsim.pieces import Catalogue, Listing
from peg.domain.identity import Sku
from peg.propagation import attempts

pytestmark = pytest.mark.virtual_time

HOUR = timedelta(hours=1)
NAMELESS = Sku("")
SILVER_BANDS = SHELF[SILVER]


def a_band_without_a_name() -> Catalogue:
    """The silver one has no SKU on Etsy, and Shopify does not sell it."""
    shelf = little_catalogue()
    return replace(shelf, listings=tuple(_without_name(one) for one in shelf.listings))


def _without_name(listing: Listing) -> Listing:
    units = [
        replace(unit, sku=NAMELESS if unit.sku == SILVER else unit.sku)
        for unit in listing.units
        if unit.sku != SILVER or listing.market == "etsy"
    ]
    return replace(listing, units=tuple(units))


async def long_after(shop: LittleShop) -> None:
    """No reading and no write can be from before that any more."""
    for _ in range(2):
        await shop.calm(lambda: None)


async def sells_silver_while_gold_is_written(shop: LittleShop, pieces: int = 1) -> None:
    """PEG has read the listing, and a buyer is quicker than its write."""
    shop.meanwhile("etsy", "PUT", lambda: shop.buys("etsy", NAMELESS, pieces))
    shop.buys("shopify", GOLD)
    await shop.until(lambda: shop.on("etsy", GOLD) == 2)


@pytest.mark.parametrize("pieces", [1, SILVER_BANDS])
async def test_a_variation_that_is_sold_while_its_listing_is_written_comes_off_again(
    tmp_path: Path, pieces: int
) -> None:
    left = SILVER_BANDS - pieces
    async with open_little_shop(tmp_path, catalogue=a_band_without_a_name()) as shop:
        await sells_silver_while_gold_is_written(shop, pieces)

        await shop.until(lambda: "unmatched_lowered" in shop.alerts)
        await shop.until(lambda: shop.on("etsy", NAMELESS) == left)
        await shop.calm(lambda: None)
        assert (shop.on("etsy", GOLD), shop.on("etsy", NAMELESS)) == (2, left)


async def test_after_that_it_is_left_to_its_owner(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, catalogue=a_band_without_a_name()) as shop:
        await sells_silver_while_gold_is_written(shop)
        await shop.until(lambda: "unmatched_lowered" in shop.alerts)
        await shop.until(lambda: shop.on("etsy", NAMELESS) == SILVER_BANDS - 1)
        await shop.calm(lambda: None)

        shop.edits("etsy", NAMELESS, +2)
        shop.buys("shopify", GOLD)

        await shop.until(lambda: shop.on("etsy", GOLD) == 1)
        await shop.calm(lambda: None)
        assert shop.on("etsy", NAMELESS) == SILVER_BANDS + 1


async def test_one_that_is_sold_at_another_time_is_none_of_pegs_business(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, catalogue=a_band_without_a_name()) as shop:
        shop.buys("etsy", NAMELESS)
        await long_after(shop)
        shop.buys("shopify", GOLD)
        await shop.until(lambda: shop.on("etsy", GOLD) == 2)

        await shop.calm(lambda: None)
        assert shop.on("etsy", NAMELESS) == SILVER_BANDS - 1


async def test_nobody_is_asked_to_renew_what_nobody_matched(tmp_path: Path) -> None:
    """All is sold out on Etsy, and a gold one is back."""
    async with open_little_shop(tmp_path, catalogue=a_band_without_a_name()) as shop:
        order = shop.buys("shopify", GOLD, SHELF[GOLD])
        await shop.until(lambda: shop.on("etsy", GOLD) == 0)
        await long_after(shop)
        shop.buys("etsy", NAMELESS, SILVER_BANDS)
        await shop.calm(lambda: None)

        shop.cancels("shopify", order)

        await shop.asks("renewal")
        await shop.calm(lambda: None)
        assert await shop.questions() == ["renewal"]


async def test_a_connector_that_writes_what_it_read_puts_it_on_sale_again(tmp_path: Path) -> None:
    """The twin of the first, without PEG: it carries what stood there before the sale."""
    async with open_little_shop(tmp_path, catalogue=a_band_without_a_name()) as shop:
        naive = NaiveConnector(shop)
        body = await naive.body_for_etsy(GOLD, 2)
        shop.buys("etsy", NAMELESS)

        await naive.puts_on_etsy(GOLD, body)

        await shop.calm(lambda: None)
        assert shop.on("etsy", NAMELESS) == SILVER_BANDS


async def test_what_stood_there_is_kept_with_what_etsy_s_clock_said(tmp_path: Path) -> None:
    """A sale bears the time of that clock; it is to be told apart from our write."""
    async with open_little_shop(tmp_path, catalogue=a_band_without_a_name()) as shop:
        shop.buys("shopify", GOLD)
        await shop.until(lambda: shop.on("etsy", GOLD) == 2)

        now = shop.rehearsal.ground.clock.now()
        async with shop.at_the_counter() as session:
            found = await attempts.around(session, shop.shop("etsy"), since=now - HOUR, until=now)
        assert ["ahead_s" in image for image in found] == [True]
