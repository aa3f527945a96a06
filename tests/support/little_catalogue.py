"""What the little shop sells: a ring, studs, five chains, and bands in two metals."""

from collections.abc import Iterable

from marketsim.pieces import (
    MARKETS,
    Catalogue,
    Listing,
    MarketName,
    Option,
    Piece,
    PieceId,
    Unit,
)
from peg.domain.identity import Sku

RING, STUDS, SET = Sku("RING-1"), Sku("STUDS-1"), Sku("SET-1")
BROOCH = Sku("BROOCH-3")
"""Sold on Shopify alone, where a test asks for it."""

CHAIN, GOLD, SILVER = Sku("CHAIN-5"), Sku("BAND-GOLD"), Sku("BAND-SILVER")
SHELF = {RING: 1, STUDS: 1, CHAIN: 5, GOLD: 3, SILVER: 4}


KIT = Sku("KIT-4")
"""A chain and a silver band, sold as one where a test asks for it."""


def little_catalogue(
    *, with_set: bool = False, with_kit: bool = False, with_brooch: bool = False
) -> Catalogue:
    """The same pieces on both shops, and what a test asks for besides."""
    listed = {
        "Ruby ring": [_unit(RING)],
        "Pearl studs": [_unit(STUDS)],
        "Gold chain": [_unit(CHAIN)],
        "Band": [_unit(GOLD, Metal="Gold"), _unit(SILVER, price=9_900, Metal="Silver")],
    }
    if with_set:
        both = tuple(part for sku in (RING, STUDS) for part in _parts(sku))
        listed["Ring and studs"] = [Unit(parts=both, sku=SET, price_minor=20_000, stock=(1,))]
    if with_kit:
        parts = tuple(part for sku in (CHAIN, SILVER) for part in _parts(sku))
        listed["Chain and band"] = [Unit(parts=parts, sku=KIT, price_minor=20_000, stock=(4,))]
    shelf = {**SHELF, BROOCH: 3} if with_brooch else SHELF
    on_shopify = {"Brooch": [_unit(BROOCH, stock=3)]} if with_brooch else {}
    return Catalogue(
        seed=1,
        currency="USD",
        locations=("Atelier",),
        pieces=tuple(_piece(sku, pieces) for sku, pieces in shelf.items()),
        listings=(
            *(
                _listing(market, title, units)
                for market in MARKETS
                for title, units in listed.items()
            ),
            *(_listing("shopify", title, units) for title, units in on_shopify.items()),
        ),
    )


def _parts(sku: Sku) -> tuple[tuple[PieceId, int], ...]:
    return ((PieceId(sku), 1),)


def _unit(sku: Sku, *, price: int = 12_300, stock: int | None = None, **options: str) -> Unit:
    return Unit(
        parts=_parts(sku),
        sku=sku,
        options=tuple(Option(name=name, value=value) for name, value in options.items()),
        price_minor=price,
        stock=(SHELF[sku] if stock is None else stock,),
    )


def _listing(market: MarketName, title: str, units: Iterable[Unit]) -> Listing:
    return Listing(
        market=market,
        title=title,
        description=title,
        tags=(),
        category="RING",
        units=tuple(units),
    )


def _piece(sku: Sku, pieces: int) -> Piece:
    return Piece(
        id=PieceId(sku),
        name=sku,
        category="RING",
        stone="RUBY",
        metal="14YG",
        weight_points=150,
        one_of_a_kind=pieces == 1,
        on_hand=(pieces,),
    )
