"""While a shop cannot be read, nothing becomes a piece of its own that may be one there already."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.clocks import MONDAY_NOON
from tests.support.jeweller import RING, Jeweller, open_jeweller
from tests.support.shop_window import ShopWindow

from peg.catalog import offers, proposals
from peg.catalog.offers import Offer
from peg.db.transaction import reading
from peg.domain.identity import OfferRef, ShopId
from peg.marketplaces.port import ShopFrozen
from peg.onboarding.imports import Imported
from peg.onboarding.left_out import Why

NOTHING_NEW = (0, 0)


@pytest.fixture
async def jeweller(tmp_path: Path) -> AsyncIterator[Jeweller]:
    async with open_jeweller(tmp_path) as jeweller:
        yield jeweller


async def imports_without_shopify(jeweller: Jeweller) -> Imported:
    """Its dry run says the same."""
    jeweller.shopify.while_paging = frozen
    foreseen = await jeweller.importer.rehearse(lambda _step, _by: None)
    told = await jeweller.imports_what_it_can()
    jeweller.shopify.while_paging = open_again
    assert foreseen == told
    return told


async def frozen() -> None:
    raise ShopFrozen("the marketplace has closed it")


async def open_again() -> None:
    """Nothing is in the way of a reading any more."""


async def offer(jeweller: Jeweller, ref: OfferRef) -> Offer:
    async with reading(jeweller.database) as session:
        return (await offers.by_refs(session, [ref]))[ref]


async def open_pairs(jeweller: Jeweller) -> list[int]:
    async with reading(jeweller.database) as session:
        return [one.id for one in await proposals.open_pairs(session)]


def waiting(told: Imported) -> list[str]:
    return [one.sku for one in told.left_out if one.why is Why.SHOP_NOT_READ]


async def test_a_pair_that_waits_goes_on_waiting_and_can_be_accepted(jeweller: Jeweller) -> None:
    ours = jeweller.shopify.show("ring-1", 1)
    theirs = jeweller.etsy.show(RING, 1)
    await jeweller.imports()
    (pair,) = await open_pairs(jeweller)

    told = await imports_without_shopify(jeweller)
    await jeweller.imports()

    assert (told.items, told.offers) == NOTHING_NEW
    assert (told.proposals, await open_pairs(jeweller)) == (1, [pair])
    await jeweller.decider.accept(pair, who="ann")
    assert (await offer(jeweller, theirs)).components == (await offer(jeweller, ours)).components


@pytest.mark.parametrize("ours", ["ring-1", "RING-1 ", ""], ids=["case", "space", "no SKU"])
async def test_what_would_be_proposed_is_not_opened(jeweller: Jeweller, ours: str) -> None:
    title = "Cornflower blue sapphire engagement ring"
    jeweller.shopify.show(ours, 1, title=title)
    await jeweller.imports()
    shown = jeweller.etsy.show(RING, 1, title=title)

    told = await imports_without_shopify(jeweller)

    assert (told.items, told.offers) == NOTHING_NEW
    assert (await offer(jeweller, shown)).components == ()
    assert (await jeweller.imports()).proposals == 1


async def test_what_was_put_on_the_dark_shop_since_counts_too(jeweller: Jeweller) -> None:
    """PEG never saw the twin: what it kept of that shop would not have told."""
    jeweller.shopify.show("ring-1", 1)
    jeweller.etsy.show(RING, 1)

    told = await imports_without_shopify(jeweller)
    both = await jeweller.imports()

    assert (told.items, waiting(told)) == (0, [RING])
    assert (both.items, both.proposals, len(await open_pairs(jeweller))) == (0, 1, 1)


async def test_a_sku_that_two_offers_of_the_dark_shop_carry_is_not_opened(
    jeweller: Jeweller,
) -> None:
    for _ in range(2):
        jeweller.shopify.show(RING, 1)
    await jeweller.imports()
    jeweller.etsy.show(RING, 1)

    told = await imports_without_shopify(jeweller)

    assert (told.items, waiting(told)) == (0, [RING])


async def test_the_offer_of_a_rejected_pair_waits_and_is_opened_after_that(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show("ring-1", 1)
    theirs = jeweller.etsy.show(RING, 1)
    await jeweller.imports()
    (pair,) = await open_pairs(jeweller)
    await jeweller.decider.reject(pair, who="ann")

    told = await imports_without_shopify(jeweller)
    both = await jeweller.imports()

    assert (told.items, waiting(told)) == (0, [RING])
    assert (both.items, waiting(both)) == (1, [])
    assert (await offer(jeweller, theirs)).components[0].sku == RING


async def test_a_sku_that_is_known_of_the_dark_shop_to_the_letter_is_that_piece(
    jeweller: Jeweller,
) -> None:
    ours = jeweller.shopify.show(RING, 1)
    await jeweller.imports()
    theirs = jeweller.etsy.show(RING, 1)

    told = await imports_without_shopify(jeweller)

    assert (told.items, told.offers, told.left_out) == (0, 1, [])
    assert (await offer(jeweller, theirs)).components == (await offer(jeweller, ours)).components
    assert await jeweller.should_show(theirs) == 1


async def test_a_really_new_offer_waits_and_is_told_and_comes_with_the_next_import(
    jeweller: Jeweller,
) -> None:
    jeweller.shopify.show(RING, 1)
    await jeweller.imports()
    jeweller.etsy.show("BAND-7", 2)

    told = await imports_without_shopify(jeweller)
    both = await jeweller.imports()

    assert (told.items, waiting(told)) == (0, ["BAND-7"])
    assert (both.items, both.left_out) == (1, [])
    assert (await jeweller.stock("BAND-7")).on_hand == 2


async def test_what_is_known_goes_on_and_shopifys_own_are_opened_as_always(
    jeweller: Jeweller,
) -> None:
    """On Shopify an offer is opened with a pair or without one: Etsy's reading changes nothing."""
    jeweller.etsy.show("BAND-7", 2)
    await jeweller.imports()
    jeweller.shopify.show(RING, 1)
    jeweller.etsy.silent.add("orders")

    without_etsy = await jeweller.imports_what_it_can()
    jeweller.etsy.silent.clear()
    without_shopify = await imports_without_shopify(jeweller)

    assert (without_etsy.items, without_etsy.left_out) == (1, [])
    assert (without_shopify.offers, without_shopify.left_out) == (0, [])


async def test_where_a_third_shop_is_dark_exact_skus_that_were_read_are_one_piece(
    jeweller: Jeweller,
) -> None:
    second = ShopWindow(ShopId("shopify:second.myshopify.com"), MONDAY_NOON)
    second.silent.add("orders")
    jeweller.shopify.show(RING, 1)
    jeweller.etsy.show(RING, 1)
    jeweller.etsy.show("BAND-7", 1)

    told = await jeweller.imports_from_what_it_can(jeweller.shopify, jeweller.etsy, second)

    assert (told.items, told.offers, waiting(told)) == (1, 2, ["BAND-7"])
