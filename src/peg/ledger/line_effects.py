"""What an order's line does to the book: pure arithmetic over what was applied and what is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from peg.domain.identity import POOL, LocationId, Sku
from peg.domain.order import STATES, LineSnapshot, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRow:
    """What the book holds of one component of a line at one place, in pieces of that component.

    Attributes:
        need: pieces that one unit of the line takes.
        brought: pieces that were sold before the item's first figures were read: those counted
            only what was still available, so these were put on the shelf on top of them.
    """

    sku: Sku
    location: LocationId
    need: int
    committed: int
    shipped: int
    restocked: int
    written_off: int
    brought: int = 0

    @classmethod
    def of(
        cls, pieces: Share, *, sku: Sku, need: int, location: LocationId, brought: int = 0
    ) -> "AppliedRow":
        """What the pieces that a line takes from one place ask for."""
        return cls(
            sku=sku,
            location=location,
            need=need,
            committed=pieces.committed,
            shipped=pieces.shipped,
            restocked=pieces.restocked,
            written_off=pieces.written_off,
            brought=brought,
        )

    @property
    def pieces(self) -> Share:
        """The pieces that the line takes from here."""
        return Share.of(self.location, {state: getattr(self, state) for state in STATES})

    @property
    def gone(self) -> int:
        """Pieces no longer on the shelf."""
        return self.shipped + self.written_off

    @property
    def on_hand(self) -> int:
        """What the row adds to its place's `on_hand`."""
        return self.brought - self.gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to add to one item at one place."""

    sku: Sku
    location: LocationId
    on_hand: int = 0
    committed: int = 0


Rows = Mapping[tuple[Sku, LocationId], AppliedRow]
"""What was applied of a line, by item and place."""


def steps(before: Rows, after: Rows) -> list[Step]:
    """From what a line has done to the book to what it should have done."""
    found = []
    for sku, location in sorted(before.keys() | after.keys()):
        was, now = before.get((sku, location)), after.get((sku, location))
        on_hand = (now.on_hand if now else 0) - (was.on_hand if was else 0)
        committed = (now.committed if now else 0) - (was.committed if was else 0)
        if on_hand or committed:
            found.append(Step(sku=sku, location=location, on_hand=on_hand, committed=committed))
    return found


def brought_of(rows: Iterable[AppliedRow], need: int) -> dict[LocationId, int]:
    """What the rows of one item brought, by place, if each unit took `need` pieces."""
    found: dict[LocationId, int] = {}
    so_far = 0
    for row in rows:  # the pieces of one unit may lie at several places
        before, so_far = so_far, so_far + row.brought
        found[row.location] = need * so_far // row.need - need * before // row.need
    return found


def brought_to(
    before: Mapping[LocationId, int], taken: Mapping[LocationId, int]
) -> dict[LocationId, int]:
    """Where the pieces lie that were put on the shelf on top of the first figures.

    They stay where they are, wherever their order is sent from later. Only what was put to the pool
    goes to the places that are known by now.

    Args:
        before: pieces by place, as they were put there.
        taken: pieces that the line takes from each place now.
    """
    found = {place: pieces for place, pieces in before.items() if pieces}
    known = [place for place in taken if place != POOL]
    left = found.pop(POOL, 0) if known else 0
    for place in known:
        if (share := min(left, taken[place] - found.get(place, 0))) > 0:
            found[place] = found.get(place, 0) + share
            left -= share
    if left:
        found[known[0]] = found.get(known[0], 0) + left
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units of a line as the marketplace itself counts them."""

    taken: int = 0
    restocked: int = 0
    gone: int = 0

    def __add__(self, other: "Units") -> "Units":
        return Units(
            taken=self.taken + other.taken,
            restocked=self.restocked + other.restocked,
            gone=self.gone + other.gone,
        )

    @classmethod
    def told(cls, told: LineSnapshot | Share) -> "Units":
        """As a snapshot tells them, of a line or of one place of it."""
        gone = told.shipped + told.written_off
        return cls(taken=told.taken, restocked=told.restocked, gone=gone)

    @classmethod
    def applied(cls, rows: Rows) -> "Units":
        """As they were applied; the same for every component of the line.

        The pieces of one unit may lie at several places.
        """
        first = next(iter(rows.values()), None)
        if first is None:
            return NO_UNITS
        mine = [row for row in rows.values() if row.sku == first.sku]
        return cls(
            taken=sum(row.committed + row.gone for row in mine) // first.need,
            restocked=sum(row.restocked for row in mine) // first.need,
            gone=sum(row.gone for row in mine) // first.need,
        )

    def since(self, before: "Units") -> tuple[int, int]:
        """Units sold and units put back since, by the marketplace's own doing.

        A unit that is first seen when it is restocked already was sold and put back.

        >>> Units(taken=0, restocked=1).since(NO_UNITS)
        (1, 1)
        >>> Units(taken=1, restocked=1).since(Units(taken=2))
        (0, 1)
        """
        d_taken = self.taken - before.taken
        d_restocked = self.restocked - before.restocked
        sold = max(0, d_taken + max(0, d_restocked))
        return sold, sold - d_taken


NO_UNITS = Units()
