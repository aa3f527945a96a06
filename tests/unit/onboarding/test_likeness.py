"""Whether two listings may be the same piece, by what a jeweller would read from them."""

from collections.abc import Mapping

import pytest
from tests.support.clocks import MONDAY_NOON
from tests.support.shop_window import ShopWindow

from peg.domain.identity import ShopId
from peg.domain.offer import RemoteOffer
from peg.onboarding.likeness import CONFIDENCE_MIN, Likeness, compare

SHORT = "Meridian Royal Blue Sapphire Pendant in 14K Rose Gold"
LONG = (
    "Royal Blue Sapphire Pendant, 14K Rose Gold, 1.79 ct Emerald Cut, One of a Kind, September"
    " Birthstone, Handmade Jewelry Gift, Meridian"
)


def shown(
    shop: str,
    title: str,
    *,
    sku: str = "",
    options: Mapping[str, str] | None = None,
    price_minor: int = 180_000,
) -> RemoteOffer:
    window = ShopWindow(ShopId(shop), MONDAY_NOON)
    ref = window.show(sku, 1, title=title, options=options, price_minor=price_minor)
    return window.offers[ref]


def likeness(ours: str, theirs: str, *, sku: str = "", price_minor: int = 180_000) -> Likeness:
    """Of a listing on Shopify, which may have a SKU, and one on Etsy, which may cost more."""
    return compare(
        shown("shopify:gems.myshopify.com", ours, sku=sku),
        shown("etsy:1001", theirs, price_minor=price_minor),
    )


def test_a_long_title_full_of_search_words_is_of_the_piece_that_the_short_one_names() -> None:
    found = likeness(SHORT, LONG, price_minor=189_000)

    assert found.confidence >= 85
    assert {"same metal", "same karat", "same stone", "same colour"} <= set(found.reasons)


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (
            "Sapphire Halo Ring, 14K White Gold",
            "Sapphire Halo Ring, 14K Yellow Gold",
            "different metal: white gold and yellow gold",
        ),
        (
            "Opal Stacking Ring in Sterling Silver",
            "Opal Stacking Ring, 14k gold vermeil",
            "different metal: silver and vermeil",
        ),
        (
            "Diamond Solitaire in 14k White Gold",
            "Diamond Solitaire, 18ct White Gold",
            "different karat: 14 and 18",
        ),
        (
            "Vivid Red Ruby Halo Ring 14K Gold",
            "Red Garnet Halo Ring, 14K Gold",
            "different stone: ruby and garnet",
        ),
        (
            "Pink Sapphire Ring in 14K Gold",
            "Cornflower Blue Sapphire Ring, 14K Gold",
            "different colour: sapphire pink and sapphire blue",
        ),
        (
            "Oval Sapphire Engagement Ring 1.50 ct",
            "Oval Sapphire Engagement Ring, 1.20 ct",
            "different weight: 1.50 ct and 1.20 ct",
        ),
        (
            "Ruby Eternity Band, Size 7",
            "Ruby Eternity Band, size 6½",
            "different ring size: 7 and 6.5",
        ),
        (
            "Tanzanite Drop Earrings in Platinum",
            "Tanzanite Drop Pendant, Platinum",
            "different kind: earrings and necklace",
        ),
    ],
)
def test_what_cannot_be_true_of_one_piece_rules_the_pair_out(
    ours: str, theirs: str, why: str
) -> None:
    found = likeness(ours, theirs)

    assert found.confidence == 0
    assert why in found.reasons


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Sapphire Ring 14K White Gold 1.52ct", "Sapphire Ring, 14k white gold, 1.5 carat"),
        ("Diamond Ring in 14K Gold", "Diamond Ring, 14K Yellow Gold"),
        ("Diamond Ring, 1/2 ct, 18K Gold", "Diamond Ring 0.52 ct, 18K Gold"),
        ("Pavé Diamond Ring 1.00 ct", "Pavé Diamond Ring, 1.00 ct centre, 1.35 ctw"),
        ("Emerald Cut Diamond Ring", "Diamond Ring, Emerald-Cut"),
        ("Ruby Ring, Size 6.5", "Ruby Ring, Size 6 1/2"),
        ("Two Tone Gold Signet Ring", "Signet Ring, white and yellow gold"),
        ("Ruby Ring with Diamonds in Platinum", "Platinum Ruby Ring"),
        ("Ruby Pendant", "Ruby Pendant Necklace, 18 inch chain, size 18 in"),
        ("Gold Plated Moonstone Ring", "Moonstone Ring, Gold Vermeil over Sterling Silver"),
    ],
)
def test_what_is_told_in_other_words_or_by_one_side_only_rules_nothing_out(
    ours: str, theirs: str
) -> None:
    assert likeness(ours, theirs).confidence >= CONFIDENCE_MIN


def test_a_sku_tells_what_its_title_leaves_out() -> None:
    sku = "RING-SAPP-150-14WG-001234"

    right = likeness("Halo ring", "Sapphire halo ring, 14k white gold, 1.51 ct", sku=sku)
    wrong = likeness("Halo ring", "Sapphire halo ring, 14k white gold, 1.20 ct", sku=sku)

    assert {"same metal", "same stone", "same weight"} <= set(right.reasons)
    assert wrong.confidence == 0


def test_a_title_is_believed_before_a_sku_that_was_typed_wrong() -> None:
    found = likeness(
        "Ruby halo ring in rose gold", "Ruby halo ring, rose gold", sku="RING-SAPP-150-14WG-001234"
    )

    assert found.confidence >= 85


def test_what_a_buyer_chooses_is_told_before_the_title_that_names_all_there_is() -> None:
    title = "Opal ring in 14K white, yellow or rose gold"
    ours = shown("shopify:gems.myshopify.com", title, options={"Color": "14K Rose Gold"})
    same = shown("etsy:1001", title, options={"Metal": "14k rose gold"})
    other = shown("etsy:1001", title, options={"Metal": "14k yellow gold"})

    assert compare(ours, same).confidence >= 90
    assert compare(ours, other).confidence == 0


def test_a_size_chosen_as_a_fraction_is_the_one_typed_as_a_decimal() -> None:
    ours = shown("shopify:gems.myshopify.com", "Ruby band", options={"Size": "6.5"})
    theirs = shown("etsy:1001", "Ruby band", options={"Ring size": "6 1/2 US"})

    assert "same ring size" in compare(ours, theirs).reasons


def test_another_price_makes_a_pair_less_likely_and_a_far_other_one_much_less() -> None:
    fees_on_top, far = (likeness(SHORT, LONG, price_minor=p) for p in (199_000, 330_000))

    assert fees_on_top.confidence - far.confidence >= 15
