"""Which pieces come nearest to one that was sold, and in what they differ."""

import pytest

from peg.domain.identity import ShopId, Sku
from peg.domain.money import Money
from peg.onboarding.traits.telling import traits_told
from peg.reads.substitutes import Piece, compared

SHOP = ShopId("etsy:1001")


def piece(title: str, price: int = 180, *, sku: str = "") -> Piece:
    return Piece(
        sku=Sku(sku or title.upper()),
        title=title,
        price=Money(100 * price, "USD"),
        traits=traits_told({}, title, sku),
        shops=[SHOP],
    )


SOLD = piece("Blue sapphire ring, 14k white gold, 1.50 ct")


def test_what_differs_is_told_in_words() -> None:
    other = piece("Ruby ring, 18k yellow gold, 1.20 ct", 200)

    _, words = compared(SOLD, other)

    assert words == [
        "another stone: ruby, not sapphire",
        "0.30 ct lighter (1.20 ct)",
        "another metal: 18k yellow gold, not 14k white gold",
        "20.00 USD dearer",
    ]


def test_a_piece_that_differs_in_nothing_is_no_distance_away() -> None:
    twin = piece("Sapphire ring in 14k white gold, 1.50 ct")

    distance, words = compared(SOLD, twin)

    assert distance == 0
    assert words[-1] == "the same price"


def test_a_sku_tells_what_a_title_leaves_out() -> None:
    twin = piece("Evening sky", sku="RING-SAPP-150-14WG-001234")

    assert compared(SOLD, twin)[0] == 0


@pytest.mark.parametrize(
    ("near", "far"),
    [
        ("Sapphire ring, silver, 0.50 ct", "Ruby ring, 14k white gold, 1.50 ct"),
        ("Sapphire ring, silver, 1.50 ct", "Sapphire ring, silver, 0.50 ct"),
        ("Sapphire ring, 14k white gold, 1.40 ct", "Sapphire ring, silver, 1.50 ct"),
        ("Ring, 14k white gold, 1.50 ct", "Ruby ring, 14k white gold, 1.50 ct"),
    ],
)
def test_the_stone_counts_most_then_weight_and_metal(near: str, far: str) -> None:
    assert compared(SOLD, piece(near))[0] < compared(SOLD, piece(far))[0]
