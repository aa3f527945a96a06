"""The one writer of Etsy's listings, on the practice Etsy with its traps."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.support.etsy_shop import EtsyShop, open_etsy_shop
from tests.support.etsy_writes import Before, deciding

from peg.domain.identity import OfferRef
from peg.domain.offer import ANYWHERE, Reading, Shelf
from peg.marketplaces.port import RemoteGone, Result, Shown

GOLD, SILVER = "Metal=Gold|Ring size=7", "Metal=Silver|Ring size=7 1/2"


def outcomes(results: Sequence[Result]) -> dict[str, Shown]:
    return {result.ref.variant: result.shown for result in results}


def only(results: Sequence[Result]) -> Result:
    assert len(results) == 1
    return results[0]


def figures(shop: EtsyShop, listing: str) -> list[int]:
    return [product["quantity"] for product in shop.products_of(listing)]


@pytest.fixture
def shop() -> EtsyShop:
    return open_etsy_shop()


@pytest.fixture
def ring(shop: EtsyShop) -> OfferRef:
    return shop.ref("RING-1")


@pytest.fixture
def gold(shop: EtsyShop) -> OfferRef:
    return shop.ref("RING-2-A", GOLD)


async def test_a_withdrawal_costs_two_calls_and_is_checked(shop: EtsyShop, ring: OfferRef) -> None:
    result = only(await shop.market.withdraw(ring.listing))

    assert (result.shown, result.ref) == (Shown.SENT, ring)
    assert result.verified is not None
    assert result.verified.shelf is Shelf.WITHDRAWN
    assert shop.state_of(ring.listing) == "inactive"
    assert shop.count() == {"updateListing": 1, "getListingInventory": 1}


async def test_a_withdrawn_listing_answers_for_each_of_its_offers(
    shop: EtsyShop, gold: OfferRef
) -> None:
    results = await shop.market.withdraw(gold.listing)

    assert outcomes(results) == {GOLD: Shown.SENT, SILVER: Shown.SENT}
    read = {one.ref.variant: one.verified.parts for one in results if one.verified}
    assert {variant: parts[ANYWHERE].available for variant, parts in read.items()} == {
        GOLD: 4,
        SILVER: 0,
    }


async def test_etsys_word_edit_is_a_withdrawal_too(shop: EtsyShop, ring: OfferRef) -> None:
    shop.practice.set_faults(inactive_reads_edit=1)

    assert only(await shop.market.withdraw(ring.listing)).shown is Shown.SENT


async def test_what_is_sold_out_need_not_be_withdrawn(shop: EtsyShop, ring: OfferRef) -> None:
    shop.practice.set_faults(deactivate_zero_fails=1)
    shop.practice.etsy.market.buy(shop.practice.unit_of("RING-1"))

    result = only(await shop.market.withdraw(ring.listing))

    assert result.shown is Shown.ALREADY
    assert result.verified is not None
    assert result.verified.shelf is Shelf.SOLD_OUT


@pytest.mark.parametrize("fault", ["response_lost", "error_after_write", "server_error"])
async def test_a_withdrawal_whose_answer_is_lost_is_sent_again(
    shop: EtsyShop, ring: OfferRef, fault: str
) -> None:
    shop.practice.set_faults(**{fault: 0.5})

    assert only(await shop.market.withdraw(ring.listing)).shown is Shown.SENT


async def test_a_withdrawal_that_etsy_only_pretends_is_not_believed(
    shop: EtsyShop, ring: OfferRef
) -> None:
    shop.practice.set_faults(write_without_effect=1)

    assert only(await shop.market.withdraw(ring.listing)).shown is Shown.UNKNOWN


async def test_a_deleted_listing_is_gone(shop: EtsyShop, ring: OfferRef) -> None:
    shop.practice.etsy.market.delete(shop.practice.unit_of("RING-1"))

    with pytest.raises(RemoteGone):
        await shop.market.withdraw(ring.listing)
    with pytest.raises(RemoteGone):
        await shop.market.rewrite(ring.listing, deciding({}), Before(shop).keep)


async def test_a_change_of_figures_costs_three_calls(shop: EtsyShop, gold: OfferRef) -> None:
    results = await shop.market.rewrite(gold.listing, deciding({gold: 2}), Before(shop).keep)

    assert outcomes(results) == {GOLD: Shown.SENT}
    assert figures(shop, gold.listing) == [2, 0]
    assert shop.count() == {"getListingInventory": 2, "updateListingInventory": 1}


async def test_nothing_is_sent_when_the_figures_are_right(shop: EtsyShop, gold: OfferRef) -> None:
    before = Before(shop)

    results = await shop.market.rewrite(gold.listing, deciding({gold: 4}), before.keep)

    assert outcomes(results) == {GOLD: Shown.ALREADY}
    assert shop.count() == {"getListingInventory": 1}
    assert before.images == []


async def test_the_former_state_is_kept_before_anything_is_sent(
    shop: EtsyShop, gold: OfferRef
) -> None:
    before = Before(shop)

    await shop.market.rewrite(gold.listing, deciding({gold: 2}), before.keep)

    assert [one["quantity"] for one in before.products_then] == [4, 0]
    image = before.images[0]
    assert (image["state"], image["listing"]) == ("active", gold.listing)
    assert image["inventory"]["products"][0]["offerings"][0]["quantity"] == 4


async def test_a_decision_that_stops_leaves_the_listing_alone(
    shop: EtsyShop, gold: OfferRef
) -> None:
    class NotNow(Exception):
        pass

    async def decide(_: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        raise NotNow

    before = Before(shop)
    with pytest.raises(NotNow):
        await shop.market.rewrite(gold.listing, decide, before.keep)

    assert before.images == []
    assert shop.count() == {"getListingInventory": 1}


async def test_no_piece_left_means_withdrawn_since_etsy_refuses_only_zeros(
    shop: EtsyShop, gold: OfferRef
) -> None:
    silver = shop.ref("RING-2-A", SILVER)

    decision = deciding({gold: 0, silver: 0})
    results = await shop.market.rewrite(gold.listing, decision, Before(shop).keep)

    assert outcomes(results) == {GOLD: Shown.SENT, SILVER: Shown.SENT}
    assert shop.state_of(gold.listing) == "inactive"
    assert "updateListingInventory" not in shop.count()


async def test_a_stale_first_read_is_not_taken_for_a_failure(
    shop: EtsyShop, gold: OfferRef
) -> None:
    shop.practice.set_faults(stale_read=1)

    results = await shop.market.rewrite(gold.listing, deciding({gold: 2}), Before(shop).keep)

    assert outcomes(results) == {GOLD: Shown.SENT}


async def test_a_stale_first_read_that_has_a_sale_beside_it_is_stale_all_the_same(
    shop: EtsyShop, gold: OfferRef
) -> None:
    """It is another state than the one before, and yet no state after our write."""
    silver = shop.ref("RING-2-A", SILVER)

    async def keep(_image: dict[str, Any]) -> None:
        shop.practice.etsy.market.buy(shop.practice.unit_of("RING-2-A"))
        shop.practice.set_faults(stale_read=1)

    results = await shop.market.rewrite(gold.listing, deciding({silver: 1}), keep)

    assert outcomes(results) == {SILVER: Shown.SENT}


async def test_a_write_that_etsy_only_pretends_is_not_believed(
    shop: EtsyShop, gold: OfferRef
) -> None:
    shop.practice.set_faults(write_without_effect=1)

    results = await shop.market.rewrite(gold.listing, deciding({gold: 2}), Before(shop).keep)

    assert outcomes(results) == {GOLD: Shown.UNKNOWN}


@pytest.mark.parametrize("fault", ["response_lost", "error_after_write"])
async def test_a_write_without_an_answer_is_sent_once_and_then_looked_for(
    shop: EtsyShop, gold: OfferRef, fault: str
) -> None:
    before = Before(shop)

    async def keep(image: dict[str, Any]) -> None:
        await before.keep(image)
        shop.practice.set_faults(**{fault: 1})  # until the next read: only the write meets it
        shop.practice.overheard.before("GET", lambda: shop.practice.set_faults(**{fault: 0}))

    results = await shop.market.rewrite(gold.listing, deciding({gold: 2}), keep)

    assert outcomes(results) == {GOLD: Shown.SENT}
    assert shop.count()["updateListingInventory"] == 1


async def test_a_listing_comes_back_with_its_new_figure(shop: EtsyShop, gold: OfferRef) -> None:
    await shop.market.withdraw(gold.listing)
    before = Before(shop)

    results = await shop.market.restore(gold.listing, deciding({gold: 3}), before.keep)

    assert outcomes(results) == {GOLD: Shown.SENT}
    assert (shop.state_of(gold.listing), figures(shop, gold.listing)) == ("active", [3, 0])
    assert before.images[0]["state"] == "inactive"


async def test_a_listing_comes_back_with_the_figure_it_left_with(
    shop: EtsyShop, ring: OfferRef
) -> None:
    await shop.market.withdraw(ring.listing)

    result = only(await shop.market.restore(ring.listing, deciding({ring: 1}), Before(shop).keep))

    assert result.shown is Shown.SENT
    assert result.verified is not None
    assert result.verified.shown() == {ANYWHERE: 1}
    assert "updateListingInventory" not in shop.count()


async def test_nothing_to_sell_stays_withdrawn(shop: EtsyShop, ring: OfferRef) -> None:
    await shop.market.withdraw(ring.listing)

    result = only(await shop.market.restore(ring.listing, deciding({ring: 0}), Before(shop).keep))

    assert result.shown is Shown.ALREADY
    assert shop.state_of(ring.listing) == "inactive"


async def test_what_would_cost_a_renewal_is_asked_and_left_alone(
    shop: EtsyShop, ring: OfferRef
) -> None:
    shop.practice.etsy.market.buy(shop.practice.unit_of("RING-1"))
    before = Before(shop)

    for write in (shop.market.restore, shop.market.rewrite):
        assert only(await write(ring.listing, deciding({ring: 1}), before.keep)).shown is Shown.ASK

    assert shop.state_of(ring.listing) == "sold_out"
    assert before.images == []


async def test_a_return_without_an_answer_is_looked_for_and_not_repeated(
    shop: EtsyShop, ring: OfferRef
) -> None:
    await shop.market.withdraw(ring.listing)
    shop.practice.set_faults(error_after_write=1)

    result = only(await shop.market.restore(ring.listing, deciding({ring: 1}), Before(shop).keep))

    assert result.shown is Shown.SENT
    assert shop.count()["updateListing"] == 2  # the withdrawal and the return
