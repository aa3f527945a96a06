"""An order as a marketplace tells it: a whole snapshot, never a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from peg.domain.errors import BadQuantity
from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.stock import PIECES_MAX

STATES = ("committed", "shipped", "restocked", "written_off")
"""The four states of a sold unit."""

TAKEN = ("committed", "shipped", "written_off")
"""Those in which it may not be sold to anybody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The units of a line that count at one place, in the line's four states.

    Attributes:
        place: the marketplace's id of it; None while it does not tell.
        shipped: below zero where more came back than had left from there.
    """

    place: str | None = None
    committed: int = 0
    shipped: int = 0
    restocked: int = 0
    written_off: int = 0

    @property
    def given_back(self) -> "Share":
        """The same once what waits counts as come back."""
        back = self.restocked + self.committed
        return replace(self, committed=0, restocked=back)

    @classmethod
    def of(cls, place: str | None, figures: Mapping[str, int]) -> "Share":
        """From a figure for each state."""
        return cls(
            place=place,
            committed=figures["committed"],
            shipped=figures["shipped"],
            restocked=figures["restocked"],
            written_off=figures["written_off"],
        )

    def times(self, need: int) -> "Share":
        """The pieces of an item of which each unit takes so many."""
        return Share.of(self.place, {state: need * getattr(self, state) for state in STATES})

    @property
    def units(self) -> int:
        """How many units it stands for."""
        return self.committed + self.shipped + self.restocked + self.written_off

    @property
    def taken(self) -> int:
        """Units the marketplace itself has taken off what it shows here."""
        return self.committed + self.shipped + self.written_off

    @property
    def is_nothing(self) -> bool:
        """Whether no unit counts here, in whatever state."""
        return not (self.committed or self.shipped or self.restocked or self.written_off)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSnapshot:
    """One line of an order. Each unit of it is in exactly one of four states.

    Attributes:
        line: the marketplace's id of the line.
        sku: as the marketplace wrote it; may be blank or unknown.
        ref: the offer it was sold from, as far as the marketplace says; None when it does not.
        committed: sold, not yet shipped.
        shipped: gone to the buyer and not back.
        restocked: never left, or came back, and may be sold again.
        written_off: never shipped and not to be sold again: lost or damaged.
        shares: the same units by the places they count at, as far as the marketplace tells; empty
            where it tells nothing of places. A place that it named may have no unit.
    """

    line: str
    sku: str
    title: str
    ref: OfferRef | None
    committed: int
    shipped: int = 0
    restocked: int = 0
    written_off: int = 0
    shares: Sequence[Share] = ()
    price: Money | None = None

    def __post_init__(self) -> None:
        if min(self.committed, self.shipped, self.restocked, self.written_off) < 0:
            raise BadQuantity(f"{self._called} counts below zero")
        if self.quantity > PIECES_MAX:
            raise BadQuantity(
                f"{self._called} counts {self.quantity} units, and none has over {PIECES_MAX}"
            )
        for state in STATES if self.shares else ():
            if sum(getattr(share, state) for share in self.shares) != getattr(self, state):
                raise BadQuantity(f"the places of {self._called} add up to something else")

    @property
    def _called(self) -> str:
        return f"line {self.line} of an order ({self.sku or self.title})"

    @property
    def quantity(self) -> int:
        """Units the buyer ordered."""
        return self.committed + self.shipped + self.restocked + self.written_off

    @property
    def taken(self) -> int:
        """Units the marketplace itself has taken off what it shows."""
        return self.committed + self.shipped + self.written_off

    @property
    def given_back(self) -> "LineSnapshot":
        """The same once its units that wait count as come back."""
        back = self.restocked + self.committed
        shares = [share.given_back for share in self.shares]
        return replace(self, committed=0, restocked=back, shares=shares)

    @property
    def by_place(self) -> Sequence[Share]:
        """Its shares; one of no known place where nothing is told of places."""
        return self.shares or (
            Share(
                committed=self.committed,
                shipped=self.shipped,
                restocked=self.restocked,
                written_off=self.written_off,
            ),
        )

    @property
    def tells_places(self) -> bool:
        """Whether the marketplace told of every unit where it counts."""
        return all(share.place is not None or share.is_nothing for share in self.by_place)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverSold:
    """A person's word that there never was such an order; its shop shows none either."""

    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """One order of one shop at one moment.

    Attributes:
        updated_at: the marketplace's own word for how new this is; its clock, not ours.
        fetched_at: when PEG began to read it (PEG's clock), or at the latest when it was told
            of it; of two snapshots with equal `updated_at` the later fetched one counts.
        left_by: the marketplace's word for by when all that is told as shipped had left; None where
            it does not say.
        complete: False when lines or refunds were cut off and it must be read again.
        test: a test order; kept, and counted like any other, since the marketplace took the stock.
        never_sold: of one that its shop told of and does not show; no shop says so of itself.
    """

    shop: ShopId
    order: str
    name: str
    created_at: datetime
    updated_at: datetime
    fetched_at: datetime
    lines: Sequence[LineSnapshot]
    paid: bool
    cancelled_at: datetime | None = None
    left_by: datetime | None = None
    complete: bool = True
    test: bool = False
    never_sold: NeverSold | None = None
