"""Pieces in stock that come nearest to one that was sold, and how far each is from it, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import ShopId, Sku
from peg.domain.money import Money
from peg.ledger import queries
from peg.onboarding.traits.telling import Traits, traits_told

SUBSTITUTES_MAX = 3

STONE, WEIGHT, METAL, PRICE = 1000, 500, 400, 300
"""How much it counts when one of these is quite another: a stone is what a buyer looks at first."""

UNTOLD = 2
"""Where a shop does not tell it, half of that: it may be the same."""


class Substitute(BaseModel):
    """A piece that may please in another's place. `distance`: 0 for what differs in nothing told.

    `differs`: what is the same and what is not, in words. `shops`: where it is on offer.
    """

    sku: Sku
    title: str
    price: str
    available: int
    distance: int
    differs: list[str]
    shops: list[ShopId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What is told of one piece by the offers that sell it alone."""

    sku: Sku
    title: str
    price: Money
    traits: Traits
    shops: Sequence[ShopId]


async def substitutes(session: AsyncSession, sku: Sku) -> Sequence[Substitute]:
    """The nearest pieces that can be sold now, of the same kind where that is told."""
    pieces = _pieces(await offers.everything(session))
    sold = pieces.pop(sku, None)
    if sold is None:
        return []
    available = await queries.available(session)
    near = [
        (distance, one, words)
        for one in pieces.values()
        if available.get(one.sku, 0) > 0 and not _another(sold.traits.kind, one.traits.kind)
        for distance, words in [compared(sold, one)]
    ]
    near.sort(key=lambda found: (found[0], found[1].sku))
    return [
        Substitute(
            sku=one.sku,
            title=one.title,
            price=str(one.price),
            available=available[one.sku],
            distance=distance,
            differs=words,
            shops=list(one.shops),
        )
        for distance, one, words in near[:SUBSTITUTES_MAX]
    ]


def compared(sold: Piece, other: Piece) -> tuple[int, list[str]]:
    """How far another piece is from the one that was sold, and in what. Pure."""
    parts = [
        _named("stone", sold.traits.stone, other.traits.stone, STONE),
        _weight(sold.traits, other.traits),
        _named("metal", _metal(sold.traits), _metal(other.traits), METAL),
        _price(sold.price, other.price),
    ]
    return sum(far for far, _ in parts), [words for _, words in parts if words]


def _named(trait: str, mine: frozenset[str], yours: frozenset[str], far: int) -> tuple[int, str]:
    if not mine and not yours:
        return 0, ""
    if not mine or not yours:
        return far // UNTOLD, f"{trait} not told" if not yours else ""
    told = " and ".join(sorted(yours))
    if mine == yours:
        return 0, f"the same {trait}, {told}"
    way = far // UNTOLD if mine & yours else far
    return way, f"another {trait}: {told}, not {' and '.join(sorted(mine))}"


def _weight(sold: Traits, other: Traits) -> tuple[int, str]:
    mine, yours = (max((one.points for one in told.weight), default=0) for told in (sold, other))
    if not mine or not yours:
        return (WEIGHT // UNTOLD if mine != yours else 0), ""
    apart = abs(mine - yours)
    if not apart:
        return 0, f"the same weight, {_carat(yours)}"
    return WEIGHT * apart // max(mine, yours), (
        f"{_carat(apart)} {'heavier' if yours > mine else 'lighter'} ({_carat(yours)})"
    )


def _carat(points: int) -> str:
    return f"{points // 100}.{points % 100:02} ct"


def _metal(traits: Traits) -> frozenset[str]:
    """With its karats, where one metal and one figure are told."""
    if len(traits.metal) == len(traits.karat) == 1:
        return frozenset({f"{next(iter(traits.karat))}k {next(iter(traits.metal))}"})
    return traits.metal


def _price(sold: Money, other: Money) -> tuple[int, str]:
    if sold.currency != other.currency or not max(sold.minor, other.minor):
        return PRICE // UNTOLD, f"{other}"
    apart = abs(sold.minor - other.minor)
    if not apart:
        return 0, "the same price"
    way = "dearer" if other.minor > sold.minor else "cheaper"
    far = PRICE * apart // max(sold.minor, other.minor)
    return far, f"{Money(apart, sold.currency)} {way}"


def _another(mine: frozenset[str], yours: frozenset[str]) -> bool:
    return bool(mine and yours and not mine & yours)


def _pieces(found: Sequence[Offer]) -> dict[Sku, Piece]:
    """What is sold alone, by its SKU; the cheapest offer tells its price."""
    by_sku: dict[Sku, list[Offer]] = {}
    for sku, offer in _alone(found):
        by_sku.setdefault(sku, []).append(offer)
    return {sku: _piece(sku, mine) for sku, mine in by_sku.items()}


def _alone(found: Sequence[Offer]) -> Iterator[tuple[Sku, Offer]]:
    for offer in found:
        if not offer.gone and [part.quantity for part in offer.components] == [1]:
            yield offer.components[0].sku, offer


def _piece(sku: Sku, mine: Sequence[Offer]) -> Piece:
    traits = Traits()
    for offer in mine:
        traits = traits.or_else(traits_told(offer.options, offer.title, offer.sku_as_typed))
    cheapest = min(mine, key=lambda offer: (offer.price.minor, offer.id))
    return Piece(
        sku=sku,
        title=mine[0].name,
        price=cheapest.price,
        traits=traits.or_else(traits_told({}, "", sku)),
        shops=sorted({offer.ref.shop for offer in mine}),
    )
