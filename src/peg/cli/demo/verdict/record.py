"""What the practice marketplaces themselves have written down; nothing here was said by PEG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Pieces = Mapping[str, int]
UnitKey = tuple[str, str]
"""A marketplace, and its own name of the unit."""

BLIND = ("blind app", "blind app over a hand")
"""PEG wrote on what it had just been shown, and covered what was sold, or taken off, since."""

IN_PERSON = "in person"
"""Stands where an order's number would: over the jeweller's own counter."""

BY_HAND = "edit"
"""What a marketplace says of a last piece that a hand edit took."""

UNCOUNTED = 1_000_000
"""What a practice shop shows of a unit whose stock it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened to stock, in the market's time.

    Attributes:
        remaining: of each of its pieces, on the shelf after it.
        before, buyable: what visitors could buy of the unit, where that changed.
    """

    at: datetime
    market: str
    unit: str
    what: Literal["sold", "returned", "edited", "in_person", "shown"]
    pieces: Pieces
    remaining: Pieces
    order: str = ""
    quantity: int = 0
    restocked: bool = False
    delta: int = 0
    before: int = 0
    buyable: int = 0
    by: str = ""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Happened":
        """As the control API tells it."""
        return cls(**{**told, "at": datetime.fromisoformat(told["at"])})

    @property
    def key(self) -> UnitKey:
        """The unit, among those of both marketplaces."""
        return self.market, self.unit

    @property
    def listing(self) -> str:
        """The part of an Etsy unit's name that all of its listing share."""
        return self.unit.split("/")[0]

    @property
    def by_app(self) -> bool:
        """Whether a call of PEG's did it."""
        return self.what == "shown" and self.by in {"app", *BLIND}

    @property
    def raised(self) -> bool:
        """Whether a call of PEG's offered more than before."""
        return self.by_app and self.buyable > self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What a marketplace sells as one, and how many of it can be bought now."""

    market: str
    unit: str
    pieces: Pieces
    buyable: int

    @property
    def key(self) -> UnitKey:
        """Its name among those of both marketplaces."""
        return self.market, self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """One line of an order, as far as its marketplace tells an app what became of it.

    Attributes:
        open: sold, not yet shipped.
        restocked: never left or came back, and may be sold again.
        gone: shipped, or not to be sold again.
    """

    market: str
    order: str
    line: str
    unit: str
    open: int
    restocked: int = 0
    gone: int = 0

    @property
    def quantity(self) -> int:
        """Units the buyer ordered."""
        return self.open + self.restocked + self.gone


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleSale:
    """A sale of more than there was.

    Attributes:
        verdict: `inside` the window, `outside` of it; `untold`: nothing told that there were
            fewer; `untracked`: nobody could have lowered it; or `in_person`: it was handed over
            though it was sold.
        first: the order that took the last piece, or `in person`; "" where no sale did.
        by_hand: whether a hand edit took it.
        second: the order that was too much, or `in person`.
        because: why the offer was up; "opening" where the shop began with too high a figure.
    """

    verdict: Literal["inside", "outside", "untold", "untracked", "in_person"]
    piece: str
    first: str
    second: str
    at: datetime
    because: str
    by_hand: bool = False

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "DoubleSale":
        """As the control API tells it."""
        first, second = told["first"] or {}, told["second"]
        took_last = IN_PERSON if first.get("by") == IN_PERSON else first.get("order")
        return cls(
            verdict=told["verdict"],
            piece=told["piece"],
            first=str(took_last or ""),
            second=str(second["order"] or IN_PERSON),
            at=datetime.fromisoformat(second["at"]),
            because=told["shown_because"] or "",
            by_hand=first.get("by") == BY_HAND,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that the judges ask of the marketplaces.

    Attributes:
        ceiling_s: the stated bound of the window.
        remaining: of each piece, how many lie on the shelf.
        at_first: of each piece, how many lay there when the shops opened.
        shown_first: of each piece, the lowest figure that a shop began with; one that no shop
            counts by itself is missing.
        cancelled: orders that were.
        slowest_s: the longest time from a sale until the other shop showed no more than there is.
        waiting: offers that still show more than there is, because of a sale.
        too_many: units that a shop counts and that show more than there is.
        acknowledged: every delivery that was answered with 2xx, by marketplace and id.
        hasty: deliveries that were acknowledged while nothing could be kept.
        forged: a stranger's deliveries that were acknowledged.
        reworded: titles and prices that changed, a sentence each.
        secrets: all that were ever handed out.
    """

    ceiling_s: float
    remaining: Pieces
    at_first: Pieces
    shown_first: Pieces = field(default_factory=dict)
    units: Sequence[Unit] = ()
    happened: Sequence[Happened] = ()
    lines: Sequence[SoldLine] = ()
    cancelled: frozenset[str] = frozenset()
    double_sales: Sequence[DoubleSale] = ()
    slowest_s: float | None = None
    waiting: frozenset[tuple[str, str]] = frozenset()
    too_many: Sequence[Unit] = ()
    acknowledged: frozenset[tuple[str, str]] = frozenset()
    hasty: Sequence[str] = ()
    forged: int = 0
    reworded: Sequence[str] = ()
    secrets: frozenset[str] = frozenset()
