"""A shop that cannot be imported holds up no other, is named, and no figure speaks for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.clocks import MONDAY_NOON
from tests.support.jeweller import RING, Jeweller, open_jeweller
from tests.support.shop_window import ShopWindow

from peg.db.transaction import reading
from peg.domain.identity import ShopId, Sku
from peg.marketplaces.port import MarketplaceUnavailable, ShopFrozen
from peg.onboarding.imports import Imported, ShopLeftOut, SkippedShop
from peg.onboarding.reach import NoShopReadable
from peg.reads.imports import ImportRow, imports

NECK = Sku("NECK-2")


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        for window in (jeweller.shopify, jeweller.etsy):
            window.show(RING, 3)
        jeweller.shopify.show(NECK, 2)
        yield jeweller


async def fails() -> None:
    raise MarketplaceUnavailable("away")


async def kept(jeweller: Jeweller) -> ImportRow:
    async with reading(jeweller.database) as session:
        (row,) = await imports(session, limit=1)
    return row


async def rehearsed(jeweller: Jeweller) -> Imported:
    return await jeweller.importer.rehearse(lambda _step, _by: None)


@pytest.mark.parametrize("asked", ["orders", "listings"])
async def test_the_other_shop_is_imported_and_the_one_that_failed_is_named(
    jeweller: Jeweller, asked: str
) -> None:
    if asked == "orders":
        jeweller.etsy.silent.add("orders")
    else:
        jeweller.etsy.while_paging = fails

    told = await jeweller.imports_what_it_can()

    assert told.read == {jeweller.shopify.shop: 2}
    assert [one.shop for one in told.skipped] == [jeweller.etsy.shop]
    assert (told.items, told.offers, told.matched) == (2, 2, None)
    assert (await jeweller.stock(NECK)).on_hand == 2
    row = await kept(jeweller)
    assert (row.read, row.matched) == (told.read, None)
    assert [one.why for one in row.skipped] == [one.why for one in told.skipped]


async def test_where_none_can_be_read_each_of_them_is_named(jeweller: Jeweller) -> None:
    jeweller.etsy.silent.add("orders")
    jeweller.shopify.while_paging = fails

    with pytest.raises(NoShopReadable) as refusal:
        await jeweller.imports_what_it_can()

    assert str(refusal.value) == (
        f"no shop could be read: {jeweller.etsy.shop} does not answer;"
        f" {jeweller.shopify.shop}: away"
    )


async def test_a_dry_run_says_the_same(jeweller: Jeweller) -> None:
    jeweller.etsy.while_paging = fails

    told = await rehearsed(jeweller)

    assert told.skipped == [SkippedShop(shop=jeweller.etsy.shop, why="away")]
    assert (told.read, told.items, told.matched) == ({jeweller.shopify.shop: 2}, 2, None)


async def test_nothing_is_taken_from_pages_of_a_shop_that_failed_after_them(
    jeweller: Jeweller,
) -> None:
    for number in range(5):
        jeweller.etsy.show(f"BAND-{number}", 1)
    pages = iter(range(2))

    async def fails_at_the_third_page() -> None:
        if next(pages, None) is None:
            raise ShopFrozen("the marketplace has closed it")

    jeweller.etsy.while_paging = fails_at_the_third_page

    told = await jeweller.imports_what_it_can()

    assert (told.read, told.items) == ({jeweller.shopify.shop: 2}, 2)
    assert [one.why for one in told.skipped] == ["the marketplace has closed it"]


async def test_an_import_once_it_can_be_read_brings_the_rest(jeweller: Jeweller) -> None:
    jeweller.etsy.silent.add("orders")
    await jeweller.imports_what_it_can()
    jeweller.etsy.silent.clear()

    told = await jeweller.imports()

    assert told.read == {jeweller.shopify.shop: 2, jeweller.etsy.shop: 1}
    assert (told.items, told.offers, told.matched) == (0, 1, 1)


async def test_a_shop_without_any_offer_was_read_all_the_same(jeweller: Jeweller) -> None:
    jeweller.etsy.offers.clear()

    told = await jeweller.imports()

    assert told.read == {jeweller.shopify.shop: 2, jeweller.etsy.shop: 0}


async def test_orders_that_could_not_be_read_after_the_figures_are_told(
    jeweller: Jeweller,
) -> None:
    async def from_now_on_no_orders() -> None:
        jeweller.etsy.silent.add("orders")

    jeweller.etsy.while_paging = from_now_on_no_orders

    told = await jeweller.imports_what_it_can()

    assert (told.skipped, told.matched) == ([], 1)
    assert [one.shop for one in told.orders_unread] == [jeweller.etsy.shop]
    assert [one.shop for one in (await kept(jeweller)).orders_unread] == [jeweller.etsy.shop]
    with pytest.raises(ShopLeftOut, match=jeweller.etsy.shop):
        told.whole()


async def test_a_shop_that_fails_does_not_break_off_the_reading_of_the_other(
    jeweller: Jeweller,
) -> None:
    read: list[ShopId] = []

    async def take_longer() -> None:
        await asyncio.sleep(0.01)
        read.append(jeweller.shopify.shop)

    jeweller.etsy.while_paging, jeweller.shopify.while_paging = fails, take_longer

    await jeweller.imports_what_it_can()

    assert read == [jeweller.shopify.shop]


async def test_a_fault_of_pegs_own_is_no_shop_that_is_left_out(jeweller: Jeweller) -> None:
    async def breaks() -> None:
        raise ZeroDivisionError

    jeweller.etsy.while_paging = breaks

    with pytest.raises(ZeroDivisionError):
        await jeweller.imports_what_it_can()


async def test_with_shops_that_could_not_be_read_before_too(tmp_path: Path) -> None:
    """Three shops, one of which is silent: those that are read are matched as always."""
    async with open_jeweller(tmp_path) as jeweller:
        second = ShopWindow(ShopId("etsy:1002"), MONDAY_NOON)
        second.silent.add("orders")
        ours, theirs = jeweller.shopify, jeweller.etsy
        ours.show(RING, 3)
        theirs.show(RING, 3)

        told = await jeweller.imports_from_what_it_can(ours, theirs, second)

        assert (told.read, told.matched) == ({ours.shop: 1, theirs.shop: 1}, None)
        assert (told.items, told.offers) == (1, 2)
