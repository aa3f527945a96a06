"""What PEG is not allowed to change, or is refused, stays on sale: a person hears of it, once."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.support.little_catalogue import CHAIN, RING, STUDS
from tests.support.little_shop import DEAF, NO_POLLS, LittleShop, open_little_shop

from marketsim.etsy import credentials as etsy
from marketsim.pieces import MARKETS, MarketName
from marketsim.shopify import credentials as shopify
from peg.marketplaces.http import ATTEMPTS_MAX
from peg.wiring import examination
from peg.wiring.findings import State

pytestmark = pytest.mark.virtual_time

OTHER: dict[MarketName, MarketName] = {"shopify": "etsy", "etsy": "shopify"}
EVERYTHING = {"shopify": shopify.SCOPES, "etsy": etsy.SCOPES}
READS = {"shopify": ("read_products", "write_products"), "etsy": ("listings_r",)}
"""Who may write on Shopify may read too."""

WRITES = {"shopify": "write_inventory", "etsy": "listings_w"}


@pytest.mark.parametrize("market", MARKETS)
async def test_a_lost_right_to_write_is_told_once_and_again_only_after_writes_went_through(
    tmp_path: Path, market: MarketName
) -> None:
    async with open_little_shop(tmp_path) as shop:
        takes_the_right_to_write(shop, market)
        for sku in (RING, STUDS):
            shop.buys(OTHER[market], sku)
        await shop.until(lambda: "writes_forbidden" in shop.alerts)

        assert await shop.calm(lambda: shop.alerts) == ["writes_forbidden"]
        assert f"peg connect {market}" in await the_doctor_says(shop, shop.shop(market))
        assert not await the_doctor_says(shop, "alert", State.LOOK)

        gives_it_back(shop, market)
        await shop.ends_at(RING, 0)
        await shop.ends_at(STUDS, 0)
        assert not await the_doctor_says(shop, shop.shop(market))

        takes_the_right_to_write(shop, market)
        shop.buys(OTHER[market], CHAIN)
        await shop.until(lambda: len(shop.alerts) > 1)
        assert await shop.calm(lambda: shop.alerts) == ["writes_forbidden"] * 2


@pytest.mark.parametrize("market", MARKETS)
async def test_a_lost_right_to_read_stock_is_told_once_and_over_when_it_is_given_back(
    tmp_path: Path, market: MarketName
) -> None:
    async with open_little_shop(tmp_path, environment={"PEG_RECONCILE_S": "2"}) as shop:
        allow_all_but(shop, market, *READS[market])
        await shop.until(lambda: "stock_unreadable" in shop.alerts)

        assert await shop.calm(lambda: shop.alerts) == ["stock_unreadable"]
        assert f"peg connect {market}" in await the_doctor_says(shop, "alert", State.LOOK)

        gives_it_back(shop, market)
        shop.edits(market, CHAIN, -1)
        await shop.ends_at(CHAIN, 4)
        assert not await the_doctor_says(shop, "alert", State.LOOK)

        allow_all_but(shop, market, *READS[market])
        await shop.until(lambda: len(shop.alerts) > 1)
        assert await shop.calm(lambda: shop.alerts) == ["stock_unreadable"] * 2


async def test_a_piece_that_no_app_may_write_is_told_of_once_and_holds_up_no_other(
    tmp_path: Path,
) -> None:
    async with open_little_shop(tmp_path) as shop:
        shop.rehearsal.shopify.market.bundle(shop.units["shopify", RING])
        shop.buys("etsy", RING)
        shop.buys("etsy", STUDS)
        await shop.until(lambda: "write_refused" in shop.alerts)

        await shop.ends_at(STUDS, 0)
        assert await shop.calm(lambda: shop.alerts) == ["write_refused"]
        assert "'Ruby ring'" in await the_doctor_says(shop, "refused")
        assert not await the_doctor_says(shop, "alert", State.LOOK)

        shop.rehearsal.shopify.market.unbundle(shop.units["shopify", RING])
        await shop.ends_at(RING, 0)
        assert not await the_doctor_says(shop, "refused")


async def test_a_listing_that_is_gone_is_told_as_that_and_not_as_a_refusal(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, rates=DEAF) as shop:
        shop.rehearsal.shopify.market.delete(shop.units["shopify", RING])
        shop.buys("etsy", RING)
        await shop.until(lambda: bool(shop.alerts))

        assert await shop.calm(lambda: shop.alerts) == ["listing_gone"]
        assert not await the_doctor_says(shop, "refused")


async def test_a_shop_that_fails_for_a_while_refuses_nothing(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        shop.faults(**{"etsy.server_error": 1.0})
        shop.buys("shopify", RING)
        heard = shop.rehearsal.fair.overheard["etsy"].exchanges
        await shop.until(lambda: sum(one.method == "PATCH" for one in heard) > ATTEMPTS_MAX)
        shop.faults(**{"etsy.server_error": 0.0})

        await shop.ends_at(RING, 0)
        assert shop.alerts == []


def takes_the_right_to_write(shop: LittleShop, market: MarketName) -> None:
    """The owner leaves the app everything but the right to change stock."""
    allow_all_but(shop, market, WRITES[market])


def gives_it_back(shop: LittleShop, market: MarketName) -> None:
    allow_only(shop, market, EVERYTHING[market])


def allow_all_but(shop: LittleShop, market: MarketName, *rights: str) -> None:
    allow_only(shop, market, [one for one in EVERYTHING[market] if one not in rights])


def allow_only(shop: LittleShop, market: MarketName, rights: Sequence[str]) -> None:
    here = shop.rehearsal
    (here.shopify if market == "shopify" else here.etsy).market.allow_only(rights)


async def the_doctor_says(shop: LittleShop, about: str, state: State = State.BAD) -> str:
    """What the doctor finds bad about something, or worth a look; empty if nothing is."""
    found = await examination.kept(shop.rehearsal.ground)
    said = [one.sentence for one in found if one.what == about and one.state is state]
    return said[0] if said else ""
