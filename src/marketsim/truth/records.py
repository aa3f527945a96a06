"""What the truth writes down: windows, waits and double sales."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any, Literal

from marketsim.market import OrderId, UnitId
from marketsim.pieces import MarketName, PieceId, Where

Opening = Literal[
    "opening",
    "sale",
    "edit",
    "in person",
    "sale covered by a write",
    "edit covered by a write",
    "sale crossed by a raise",
    "raised by app",
    "raised by person",
    "raised by other",
]
"""Why an offer shows too much: from the start, a piece left the shelf, or it was raised. Etsy takes
no condition: a sale between an app's read and its write at once is covered, whoever writes. A sale
elsewhere between an app's whole proof and its raise is crossed (`crossing.py`). Of a sale that was
covered an order tells; of pieces that a hand took off, and a write put back, nothing ever does."""

Verdict = Literal["inside", "outside", "untold", "untracked", "in_person"]

Cause = Literal["sale", "edit", "in person"]
"""How a piece left the shelf; what leaves in person is typed into the app, and told by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The last piece left the shelf: by a sale, over the counter, or because a person said so."""

    by: Cause
    market: Where
    order: OrderId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `since` on, without a break, an offer shows more than there is."""

    since: datetime
    opened_by: Opening


@dataclass(slots=True, kw_only=True)
class Wait:
    """An offer must come down to `allowed` because of what happened elsewhere at `since`."""

    since: datetime
    cause: Cause
    sold_on: Where
    allowed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """How long one offer took to follow what happened elsewhere."""

    seconds: float
    cause: Cause
    sold_on: Where
    sold_at: datetime
    lowered_on: MarketName
    unit: UnitId
    to: int


@dataclass(slots=True, kw_only=True)
class Offer:
    """What one unit shows, against what there is.

    `tracked`: the marketplace counts it, or an app has touched it and so answers for it. `endless`:
    since it opened it was made to sell whatever its figure says.
    """

    market: MarketName
    unit: UnitId
    parts: tuple[tuple[PieceId, int], ...]
    tracked: bool
    buyable: int
    endless: bool = False
    window: Window | None = None
    lowered_at: datetime | None = None
    waits: list[Wait] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleSale:
    """A sale when too few pieces remained.

    Attributes:
        missing: pieces sold that are not there.
        first: what took the last piece; None when there never was one.
        window: how long the offer had shown too much, and why.
        withdrawn_at: when the offer last came down before this sale, if it did after `first`.
        tracked: whether the marketplace counts the unit's stock, and stops selling it at zero.
    """

    piece: PieceId
    missing: int
    market: Where
    unit: UnitId
    order: OrderId
    at: datetime
    first: Taken | None
    window: Window | None
    withdrawn_at: datetime | None
    tracked: bool

    def verdict(self, ceiling_s: float) -> Verdict:
        """Inside: never withdrawn since the piece left, and no longer ago than the ceiling.

        Untold: nothing told an app that there were fewer; untracked: it could lower nothing. In
        person: somebody handed over what had been sold; no app can stop a hand.
        """
        if self.market == "counter":
            return "in_person"
        if not self.tracked:
            return "untracked"
        if self.window is not None and self.window.opened_by == "edit covered by a write":
            return "untold"
        if self.window is None or self.window.opened_by.startswith("raised"):
            return "outside"
        return "inside" if _seconds(self.window.since, self.at) <= ceiling_s else "outside"

    def evidence(self, ceiling_s: float) -> dict[str, Any]:
        """Both orders with their times, as JSON."""
        first, window = self.first, self.window
        return {
            "verdict": self.verdict(ceiling_s),
            "piece": self.piece,
            "missing": self.missing,
            "first": first
            and {
                "by": first.by,
                "market": first.market,
                "order": first.order,
                "at": first.at.isoformat(),
            },
            "second": {
                "market": self.market,
                "unit": self.unit,
                "order": self.order,
                "at": self.at.isoformat(),
            },
            "seconds_between": first and _seconds(first.at, self.at),
            "seconds_shown_too_much": window and _seconds(window.since, self.at),
            "shown_because": window and window.opened_by,
            "seconds_to_withdrawal": first
            and self.withdrawn_at
            and _seconds(first.at, self.withdrawn_at),
        }


def quantiles(seconds: Sequence[float]) -> dict[str, float | int | None]:
    """Count, p50, p95, p99 and maximum by nearest rank.

    >>> quantiles([3.0, 1.0, 2.0])["p50"]
    2.0
    """
    ordered = sorted(seconds)

    def at(share: float) -> float | None:
        return round(ordered[ceil(share * len(ordered)) - 1], 4) if ordered else None

    return {
        "count": len(ordered),
        "p50": at(0.5),
        "p95": at(0.95),
        "p99": at(0.99),
        "max": at(1.0),
    }


def _seconds(earlier: datetime, later: datetime) -> float:
    return round((later - earlier).total_seconds(), 4)
