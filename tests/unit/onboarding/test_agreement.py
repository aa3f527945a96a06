import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.clocks import MONDAY_NOON

from peg.domain.identity import MAIN, LocationId, OfferRef, ShopId
from peg.domain.offer import ANYWHERE, Parts, Reading, Shelf
from peg.onboarding.agreement import Side, agree
from peg.onboarding.sold_unmatched import SoldUnmatched

SHOPIFY, ETSY = ShopId("shopify:gems.myshopify.com"), ShopId("etsy:1001")
STUDIO, FAIR = LocationId("studio"), LocationId("fair")


def side(shop: ShopId, shelf: Shelf = Shelf.LISTED, **places: int) -> Side:
    named = places if shop == SHOPIFY else {ANYWHERE: next(iter(places.values()))}
    return Side(
        shop=shop,
        reading=Reading(
            ref=OfferRef(shop=shop, listing="1", variant=""),
            parts={place: Parts(available=pieces) for place, pieces in named.items()},
            shelf=shelf,
            begun_at=MONDAY_NOON,
        ),
        places={"studio": STUDIO, "fair": FAIR},
    )


def test_shops_that_agree_are_believed_and_shopify_says_where_the_pieces_lie() -> None:
    agreed = agree([side(SHOPIFY, studio=2, fair=1), side(ETSY, any=3)])

    assert agreed.available == {STUDIO: 2, FAIR: 1}
    assert not agreed.disagrees


def test_when_shops_disagree_the_lower_figure_holds_until_somebody_answers() -> None:
    agreed = agree([side(SHOPIFY, studio=2, fair=5), side(ETSY, any=3)])

    assert sum(agreed.available.values()) == 3
    assert agreed.disagrees
    assert agreed.said == {SHOPIFY: 7, ETSY: 3}


def test_a_piece_only_on_etsy_lies_at_the_main_place() -> None:
    assert agree([side(ETSY, any=1)]).available == {MAIN: 1}


@pytest.mark.parametrize("shelf", [Shelf.WITHDRAWN, Shelf.SWITCHED_OFF])
def test_a_listing_that_is_off_sale_has_no_say(shelf: Shelf) -> None:
    agreed = agree([side(SHOPIFY, studio=1), side(ETSY, shelf, any=9)])

    assert agreed.available == {STUDIO: 1}
    assert not agreed.disagrees


def test_sold_out_on_etsy_means_none_whatever_number_stands_there() -> None:
    agreed = agree([side(SHOPIFY, studio=1), side(ETSY, Shelf.SOLD_OUT, any=1)])

    assert sum(agreed.available.values()) == 0
    assert agreed.disagrees


def test_an_oversold_shop_counts_as_empty() -> None:
    assert agree([side(SHOPIFY, studio=-2)]).available == {STUDIO: 0}


@given(st.integers(-3, 9), st.integers(-3, 9), st.integers(-3, 9))
def test_no_import_ever_promises_more_than_the_lowest_shop(
    studio: int, fair: int, etsy: int
) -> None:
    agreed = agree([side(SHOPIFY, studio=studio, fair=fair), side(ETSY, any=etsy)])

    assert sum(agreed.available.values()) == min(agreed.said.values())
    assert min(agreed.available.values()) >= 0


@given(st.integers(0, 9), st.lists(st.integers(0, 4), min_size=2, max_size=2), st.integers(-3, 3))
def test_what_each_sold_is_off_both_and_never_makes_more_of_it(
    first: int, sold: list[int], raised: int
) -> None:
    """Where somebody raised or lowered a figure by hand too, the lowest that may be left holds."""
    here, there = sold
    shown = {SHOPIFY: max(0, first - here), ETSY: max(0, first - there + raised)}
    history = {
        shop: SoldUnmatched(first=first, sold=units, unheard=units)
        for shop, units in ((SHOPIFY, here), (ETSY, there))
    }

    sides = [side(SHOPIFY, studio=shown[SHOPIFY]), side(ETSY, any=shown[ETSY])]
    agreed = agree(sides, history=history)

    assert agreed.total <= min(shown.values())
    if raised >= 0:
        assert agreed.total <= max(0, first - here - there)
    if raised == 0 and max(sold) <= first:
        assert agreed.total == first - here - there
        assert not agreed.disagrees
