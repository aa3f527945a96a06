"""An order as a marketplace tells it: a whole snapshot, never a change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from peg.domain.errors import BadQuantity
from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money


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
        remote_location: the marketplace's id of the place it ships from; None while unknown.
    """

    line: str
    sku: str
    title: str
    ref: OfferRef | None
    committed: int
    shipped: int = 0
    restocked: int = 0
    written_off: int = 0
    remote_location: str | None = None
    price: Money | None = None

    def __post_init__(self) -> None:
        if min(self.committed, self.shipped, self.restocked, self.written_off) < 0:
            raise BadQuantity(f"a line of an order counts below zero: {self}")

    @property
    def quantity(self) -> int:
        """Units the buyer ordered."""
        return self.committed + self.shipped + self.restocked + self.written_off

    @property
    def taken(self) -> int:
        """Units the marketplace itself has taken off what it shows."""
        return self.committed + self.shipped + self.written_off


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """One order of one shop at one moment.

    Attributes:
        updated_at: the marketplace's own word for how new this is; its clock, not ours.
        fetched_at: when PEG began to read it (PEG's clock), or at the latest when it was told
            of it; of two snapshots with equal `updated_at` the later fetched one counts.
        complete: False when lines or refunds were cut off and it must be read again.
        test: a test order; kept, and counted like any other, since the marketplace took the stock.
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
    complete: bool = True
    test: bool = False
