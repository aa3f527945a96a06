"""Sales that a write of ours may have covered: Etsy takes whole listings, unconditionally.

Whatever was sold longer before a write than the receipts lag was known when it was decided, and
whatever was sold after it came off what it left. What fell between may stand on sale again, until a
reading shows that it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror
from peg.catalog.expectation import Expectation
from peg.domain.identity import OfferId
from peg.domain.offer import ANYWHERE, Reading, Shelf
from peg.intake import checks
from peg.intake.checks import SOLD_MEANWHILE
from peg.intake.patience import Patience
from peg.ledger.queries import units_sold

CLOCKS_APART = timedelta(seconds=2)
"""Etsy stamps whole seconds, of a clock that is not ours."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which sales a write may have covered.

    Attributes:
        since, until: made between these moments of the marketplace, both included.
        told_after: and told of later than this, if anything was settled yet.
    """

    since: datetime
    until: datetime
    told_after: datetime | None


def reach_of_last_write(row: Expectation, patience: Patience, *, now: datetime) -> Reach | None:
    """When sales must have been made and told for the last unconditional write to cover them."""
    if row.sent_at is None:
        return None
    is_open = row.pending is not None or row.written_at is None or row.written_at < row.sent_at
    return Reach(
        since=row.sent_at - patience.receipt_lag() - CLOCKS_APART,
        until=(now if is_open or row.written_at is None else row.written_at) + CLOCKS_APART,
        told_after=row.settled_at,
    )


async def covered_sales(
    session: AsyncSession, offer: OfferId, row: Expectation, patience: Patience, *, now: datetime
) -> int:
    """Units of an offer, of those told so far, that its last write may have put back on sale."""
    reach = reach_of_last_write(row, patience, now=now)
    if reach is None:
        return 0
    return await units_sold(
        session, offer, since=reach.since, until=reach.until, told_after=reach.told_after
    )


def settles(
    reading: Reading, expected: Mapping[str, Expectation], patience: Patience, *, is_checked: bool
) -> bool:
    """Whether a reading shows anew that the last write covered none of the sales told before.

    It must have our figure on sale, and be no old state from before the write. Once it is shown
    only a late sale brings it up again, for which the listing is checked.
    """
    row, part = expected.get(ANYWHERE), reading.parts.get(ANYWHERE)
    if row is None or part is None or row.sent_at is None or row.pending is not None:
        return False
    last_at = max(row.sent_at, row.written_at or row.sent_at)
    shows_ours = reading.shelf is Shelf.LISTED and part.available == row.quantity
    is_fresh = last_at + patience.receipt_lag() <= reading.begun_at
    is_news = row.settled_at is None or row.settled_at < last_at or is_checked
    return shows_ours and is_fresh and is_news


async def shown_as_before(
    session: AsyncSession, offer: OfferId, patience: Patience, *, read_at: datetime
) -> int:
    """Units of an offer sold so shortly before a reading that an old state may show them still."""
    since, until = read_at - patience.receipt_lag() - CLOCKS_APART, read_at + CLOCKS_APART
    return await units_sold(session, offer, since=since, until=until)


async def sold(
    session: AsyncSession, offer: OfferId, *, placed_at: datetime, patience: Patience, now: datetime
) -> None:
    """A sale was told: if our write may have covered it, the listing is read at once."""
    row = (await mirror.expected_of(session, [offer])).get(offer, {}).get(ANYWHERE)
    reach = reach_of_last_write(row, patience, now=now) if row else None
    if reach is not None and reach.since <= placed_at <= reach.until:
        await checks.read_again(session, offer, due_at=now, why=SOLD_MEANWHILE)
