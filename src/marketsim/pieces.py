"""What the jeweller physically owns, and how each piece is listed on the two marketplaces."""

from dataclasses import dataclass
from typing import Literal, NewType

PieceId = NewType("PieceId", str)
"""One physical kind of thing on the shelf (one ring, or fifty equal chains). Never shown to PEG."""

MarketName = Literal["shopify", "etsy"]
MARKETS: tuple[MarketName, ...] = ("shopify", "etsy")

Where = Literal["shopify", "etsy", "counter"]
"""Where a piece can leave the shelf: on a marketplace, or over the jeweller's own counter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice that tells variants of a listing apart, such as Ring size = 7."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One sellable variant of one listing, as the jeweller typed it in on one marketplace.

    Attributes:
        parts: the physical pieces one sale takes off the shelf, with how many of each.
        sku: as typed: may be blank, doubled, or differ by case and spaces between markets.
        stock: pieces per location index; a location beyond its end does not stock the unit. Etsy
            uses only index 0 (it has no locations).
        tracked: Shopify only: whether the inventory item is tracked.
        sells_on: Shopify only: whether it is sold on when none is left.
    """

    parts: tuple[tuple[PieceId, int], ...]
    sku: str
    options: tuple[Option, ...] = ()
    price_minor: int
    stock: tuple[int, ...]
    tracked: bool = True
    sells_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One product (Shopify) or listing (Etsy) to be created when the market opens.

    `category` is a code of `data/categories.csv`. A unit's `parts` occur once per market.
    """

    market: MarketName
    title: str
    description: str
    tags: tuple[str, ...]
    category: str
    materials: tuple[str, ...] = ()
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One physical kind of thing, with how many there are per location (codes as in `data`)."""

    id: PieceId
    name: str
    category: str
    stone: str
    metal: str
    weight_points: int
    one_of_a_kind: bool
    on_hand: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything a seed draws: the shelf, the listings on both sides, and the locations' names."""

    seed: int
    currency: str
    locations: tuple[str, ...]
    pieces: tuple[Piece, ...]
    listings: tuple[Listing, ...]
