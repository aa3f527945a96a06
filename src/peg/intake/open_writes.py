"""What a reading tells while a write of ours is open, under way or without an answer: pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from peg.catalog.expectation import Expectation
from peg.catalog.returns import is_overdue
from peg.domain.identity import Channel
from peg.domain.offer import Reading
from peg.intake.patience import CLOCKS_APART, Patience

CARRIED_OUT_WITHIN = timedelta(minutes=5)
"""A write is, or never: both its tries are over in less than two minutes, and Shopify's work on it
ends with each."""


def is_under_way(expected: Mapping[str, Expectation], reading: Reading) -> bool:
    """Whether a write of ours is being sent that may have made the difference.

    Its answer tells by how much it moved the figure: whoever took that from a reading would count
    it twice.
    """
    return any(
        _differs(place, row, reading)
        for place, row in expected.items()
        if row.pending is not None and not row.unanswered
    )


def tells_from(
    expected: Mapping[str, Expectation], reading: Reading, patience: Patience
) -> datetime | None:
    """When it tells what became of a write without an answer; None: it tells now.

    While Shopify is about to put back a cancelled piece, what it shows may be either: all without
    our write, or our figure and the piece that is back. By its time it is back, and that is over.
    Etsy may show an old state for a while: that all is as before says nothing until then, and
    whoever took the write for lost would miss its pieces when they come to light.
    """
    if reading.ref.channel is Channel.ETSY:
        return _new_from(expected, reading, patience.old_state())
    untold = [
        row.may_rise_until
        for place, row in expected.items()
        if _waits_for_return(row, reading)
        and not is_overdue(row, reading.begun_at)
        and _may_be_either(place, row, reading)
    ]
    return max((until for until in untold if until is not None), default=None)


def _new_from(
    expected: Mapping[str, Expectation], reading: Reading, old_state: timedelta
) -> datetime | None:
    new_from = [
        row.sending_at + old_state
        for place, row in expected.items()
        if row.unanswered and row.sending_at is not None and not _differs(place, row, reading)
    ]
    return max((at for at in new_from if reading.begun_at < at), default=None)


def may_be_old(expected: Mapping[str, Expectation], reading: Reading) -> bool:
    """Whether it may be from before a sale that was told since a write without an answer was sent.

    As many as the write and the sale together leave is what stood there before both, too, and as
    many as the write left may stand there before the sale, or have put back what was sold.
    """
    return reading.ref.channel is Channel.ETSY and any(
        row.unanswered and row.sold_since > 0 for row in expected.values()
    )


def may_stand(row: Expectation, reading: Reading, place: str) -> int | None:
    """The figure that a write without an answer may have left; None: it was not applied.

    Shopify says when a figure last changed: if that was before the write was sent, somebody else
    made it what it is, such as a person who took as many off as we were about to. If none are left
    since long after it was sent, then too: of the none that our write leaves nobody takes any off.
    """
    part, at = reading.parts[place], changed_at(reading, place)
    if row.pending is None or row.sending_at is None or at is None:
        return row.pending
    after = at - row.sending_at
    none_left = part.available == row.pending == row.sold_since == row.may_rise == 0
    made_by_us = after <= CARRIED_OUT_WITHIN or not none_left
    return row.pending if after >= -CLOCKS_APART and made_by_us else None


def changed_at(reading: Reading, place: str) -> datetime | None:
    """When a figure last changed, by our clock; None where its shop does not say, as Etsy."""
    part = reading.parts[place]
    if part.changed_at is None or reading.marketplace_at is None:
        return None
    return part.changed_at - reading.clock_ahead.least


def has_returned(row: Expectation, reading: Reading) -> bool:
    """Whether a piece is back by now that came beside a write without an answer."""
    return _waits_for_return(row, reading) and is_overdue(row, reading.begun_at)


def _differs(place: str, row: Expectation, reading: Reading) -> bool:
    moved = reading.ref.channel is Channel.ETSY and row.shelf is not reading.shelf
    part = reading.parts.get(place)
    return moved or (part is not None and part.available != row.quantity)


def _waits_for_return(row: Expectation, reading: Reading) -> bool:
    """Only Shopify always puts back what it says it restocked."""
    restocks = reading.ref.channel is Channel.SHOPIFY and not row.rise_unsure
    return restocks and row.unanswered and row.may_rise > 0


def _may_be_either(place: str, row: Expectation, reading: Reading) -> bool:
    part = reading.parts.get(place)
    if part is None or row.pending is None:
        return False
    written = row.pending, row.pending - row.sold_since
    return _has_risen(part.available, row.quantity, row) and any(
        _has_risen(part.available, figure, row) for figure in written
    )


def _has_risen(shown: int, figure: int, row: Expectation) -> bool:
    """Whether it is the figure with all, some or none of the pieces that may come back."""
    return figure <= shown <= figure + row.may_rise
