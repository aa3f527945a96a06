"""What an order's line does to the book: pure arithmetic over what was applied and what is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from peg.domain.identity import LocationId, Sku
from peg.domain.order import LineSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRow:
    """What the book holds of one component of a line, in pieces of that component.

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
        cls, line: LineSnapshot, *, sku: Sku, need: int, location: LocationId, brought: int = 0
    ) -> "AppliedRow":
        """What a line's snapshot asks for."""
        return cls(
            sku=sku,
            location=location,
            need=need,
            committed=need * line.committed,
            shipped=need * line.shipped,
            restocked=need * line.restocked,
            written_off=need * line.written_off,
            brought=brought,
        )

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


def steps(before: AppliedRow | None, after: AppliedRow | None) -> list[Step]:
    """From what a row has done to the book to what it should have done; None did nothing.

    A row that moves to another place takes all that it did with it.
    """
    sums: dict[tuple[Sku, LocationId], tuple[int, int]] = {}
    for row, sign in ((before, -1), (after, 1)):
        if row is not None:
            on_hand, committed = sums.get((row.sku, row.location), (0, 0))
            sums[row.sku, row.location] = (
                on_hand + sign * row.on_hand,
                committed + sign * row.committed,
            )
    return [
        Step(sku=sku, location=location, on_hand=on_hand, committed=committed)
        for (sku, location), (on_hand, committed) in sums.items()
        if on_hand or committed
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units of a line as the marketplace itself counts them."""

    taken: int = 0
    restocked: int = 0
    gone: int = 0

    @classmethod
    def told(cls, line: LineSnapshot) -> "Units":
        """As a snapshot tells them."""
        gone = line.shipped + line.written_off
        return cls(taken=line.taken, restocked=line.restocked, gone=gone)

    @classmethod
    def applied(cls, rows: Mapping[Sku, AppliedRow]) -> "Units":
        """As they were applied; the same for every component of the line."""
        row = next(iter(rows.values()), None)
        if row is None:
            return NO_UNITS
        return cls(
            taken=(row.committed + row.gone) // row.need,
            restocked=row.restocked // row.need,
            gone=row.gone // row.need,
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
