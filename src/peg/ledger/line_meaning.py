"""What a line of an order stands for in the catalogue, as whoever knows that tells the book."""

from collections.abc import Sequence
from dataclasses import dataclass

from peg.domain.baseline import Inside
from peg.domain.identity import OfferId, Sku


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One item that a sale of an offer takes, and how many of it."""

    sku: Sku
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a line stands for in the catalogue.

    Attributes:
        offer: None where the items are known, and the offer is not.
        inside: whether the line was sold before the offer's baseline was read, so that its pieces
            are not among those that were available then.
        read_since: the offer was read after its baseline: whether an order is inside that nobody
            is sure of, that reading has told.
        sure: False where it holds more than it can have taken, until somebody tells.
        anew: not sure, and instead of what it held so far; else that stays until it is sure.
        assumed_place: the marketplace's place that the units are believed to have been taken off
            whose place it does not tell.
    """

    offer: OfferId | None
    components: Sequence[Component]
    inside: Inside = Inside.NO
    read_since: bool = False
    sure: bool = True
    anew: bool = False
    assumed_place: str | None = None
