"""Whether an order was sold before or after an offer's first figures were read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from peg.domain.offer import Reading

COARSE = timedelta(seconds=1)
"""Marketplaces tell times in whole seconds, cut off: what is told is up to a second later."""


class Inside(Enum):
    """Whether the first figures were read after an order had taken its pieces off."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"  # about then: only what the shop shows next can tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """When an offer's first figures were read.

    Attributes:
        begun_at: PEG's clock, before anything was asked.
        after: the marketplace's clock: what was sold by then is inside.
        until: the marketplace's clock: what was sold later is not.
    """

    begun_at: datetime
    after: datetime
    until: datetime

    @classmethod
    def of(cls, first: Reading) -> "Baseline":
        """Of the first reading of an offer: it is of some moment while it was read."""
        until = first.marketplace_at or first.begun_at + first.took
        return cls(begun_at=first.begun_at, after=until - first.took - COARSE, until=until)

    def holds(self, sold_at: datetime, *, heard_at: datetime | None = None) -> Inside:
        """Whether an order is inside.

        Args:
            sold_at: when it was placed, by the marketplace.
            heard_at: when PEG first heard of it: what was known before the reading began had
                taken its pieces off by then, whatever the clocks say.
        """
        if sold_at <= self.after or (heard_at is not None and heard_at <= self.begun_at):
            return Inside.YES
        return Inside.NO if sold_at > self.until else Inside.UNSURE
