"""What one place of an offer should read as, from all that is known of it."""

from dataclasses import dataclass
from datetime import datetime

from peg.domain.offer import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What one place of an offer should read as.

    Attributes:
        quantity: pieces; explained by all writes, orders and readings so far.
        reserved: Shopify's own `reserved` when it was last read.
        may_rise: pieces the marketplace may put back by itself until `may_rise_until`.
        rise_unsure: it has not said of all of them that it does: what stays away is not missing.
        pending: the figure of a write that is under way or got no answer.
        sold_since: pieces the marketplace took off for orders since that write was sent.
        unanswered: the write is no longer under way: a reading tells whether it was applied.
        sending_at: when the `pending` write was about to be sent.
        sent_at: when the last one was that was sent, as far as is known.
        written_at: when we last changed it.
        settled_at: a reading begun then showed that the write had covered no sale told before.
        aim: what it should show by the newest target; None before the first.
        off_already: pieces it shows no more that nothing else tells of: their order may yet come.
        off_since: when the shop showed that, by its clock; an order from after it is another.
    """

    quantity: int
    shelf: Shelf
    version: int
    reserved: int | None = None
    may_rise: int = 0
    may_rise_until: datetime | None = None
    rise_unsure: bool = False
    pending: int | None = None
    sold_since: int = 0
    unanswered: bool = False
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    written_at: datetime | None = None
    seen_at: datetime | None = None
    settled_at: datetime | None = None
    aim: int | None = None
    off_already: int = 0
    off_since: datetime | None = None

    @property
    def to_come(self) -> int:
        """By how much PEG is about to raise it; below 0: to lower it."""
        return 0 if self.aim is None else self.aim - self.quantity

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing, and nothing is on its way there."""
        return self.quantity == 0 and self.pending is None and self.may_rise == 0
