"""When an answer was asked for, and when it was given."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from peg.domain.baseline import COARSE
from peg.domain.identity import OfferRef
from peg.domain.offer import Parts, Reading, Shelf


def changed_until(marketplace_at: datetime | None, *, now: datetime) -> datetime:
    """The latest change that an answer can tell of: by its own Date, or our clock if it has none.

    A cursor goes no further: one odd order of a year to come would hide all orders until then.
    """
    return (marketplace_at or now) + COARSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The moment of an answer.

    Attributes:
        begun_at: when PEG began to ask, by its clock.
        marketplace_at: the marketplace's own Date of the last answer.
        took: from the beginning to the last answer.
    """

    begun_at: datetime
    marketplace_at: datetime | None
    took: timedelta = timedelta(0)

    def until(self, now: datetime) -> "Seen":
        """More was asked in addition, until now."""
        more = now - self.begun_at - self.took
        at = self.marketplace_at and self.marketplace_at + more
        return replace(self, took=self.took + more, marketplace_at=at)

    def reading(self, ref: OfferRef, parts: Mapping[str, Parts], shelf: Shelf) -> Reading:
        """What was seen of an offer."""
        return Reading(
            ref=ref,
            parts=parts,
            shelf=shelf,
            begun_at=self.begun_at,
            marketplace_at=self.marketplace_at,
            took=self.took,
        )
