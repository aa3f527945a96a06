"""Sales that a write of ours may have covered: Etsy takes whole listings, unconditionally.

What was told before a write was decided is in its figure, and what was sold after it came off what
it left. What was sold before its end and told after its decision may stand on sale again, until a
reading shows that it does not. A sale shows in the receipts within their lag.

Etsy stamps a sale by its own clock, and ours may be wrong by a minute: a reading tells how far
Etsy's is `ahead` of ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror
from peg.catalog.expectation import Expectation
from peg.domain.identity import OfferId
from peg.domain.offer import ANYWHERE, Ahead, Reading, Shelf
from peg.intake import checks
from peg.intake.checks import SOLD_MEANWHILE
from peg.intake.patience import CLOCKS_APART, Patience
from peg.ledger.queries import Sales, units_sold


def reaches(row: Expectation, patience: Patience, *, now: datetime) -> Sequence[Sales]:
    """Which sales may be covered: by the last write that was sent, and by one that is open."""
    writes = []
    if row.sent_at is not None:
        is_over = row.written_at is not None and row.written_at >= row.sent_at
        writes.append((row.sent_at, row.written_at if is_over and row.written_at else now))
    if row.sending_at is not None:
        writes.append((row.sending_at, now))
    lag = patience.receipt_lag() + CLOCKS_APART
    return [
        Sales(
            since=decided_at - lag,
            until=over_at + CLOCKS_APART,
            told_after=max(filter(None, (decided_at - CLOCKS_APART, row.settled_at))),
        )
        for decided_at, over_at in writes
    ]


async def covered_sales(
    session: AsyncSession,
    offer: OfferId,
    row: Expectation,
    patience: Patience,
    *,
    ahead: Ahead,
    now: datetime,
) -> int:
    """Units of an offer, of those told so far, that its last write may have put back on sale."""
    row = await _as_settled(session, offer, row, patience, ahead=ahead)
    meant = [_as_stamped(one, ahead) for one in reaches(row, patience, now=now)]
    return await units_sold(session, offer, meant)


def _as_stamped(sales: Sales, ahead: Ahead) -> Sales:
    """When they were placed by Etsy's clock, as surely as that is known: rather one too many."""
    return replace(sales, since=sales.since + ahead.least, until=sales.until + ahead.most)


async def _as_settled(
    session: AsyncSession, offer: OfferId, row: Expectation, patience: Patience, *, ahead: Ahead
) -> Expectation:
    """What was settled by a reading is open again, if a sale from before it was told after it.

    Nobody had heard of that one yet: a piece that the write put back stood there in its place.
    """
    settled_at = row.settled_at
    if settled_at is None:
        return row
    since, until = settled_at - patience.receipt_lag() - CLOCKS_APART, settled_at + CLOCKS_APART
    masking = Sales(since=since, until=until, told_after=settled_at)
    is_open = await units_sold(session, offer, [_as_stamped(masking, ahead)])
    return replace(row, settled_at=None) if is_open else row


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
    session: AsyncSession,
    offer: OfferId,
    patience: Patience,
    *,
    ahead: Ahead,
    read_at: datetime,
) -> int:
    """Units of an offer sold so shortly before a reading that an old state may show them still.

    Told by then, besides: the reading was compared with figures from which no other was taken.
    """
    since, until = read_at - patience.old_state() - CLOCKS_APART, read_at + CLOCKS_APART
    meant = Sales(since=since, until=until, told_by=read_at)
    return await units_sold(session, offer, [_as_stamped(meant, ahead)])


async def sold(
    session: AsyncSession, offer: OfferId, *, placed_at: datetime, patience: Patience, now: datetime
) -> None:
    """A sale was told: if our write may have covered it, the listing is read at once.

    Of one that is placed after it was told we know that our clock is behind, and not by how much.
    """
    row = (await mirror.expected_of(session, [offer])).get(offer, {}).get(ANYWHERE)
    row = await _as_settled(session, offer, row, patience, ahead=Ahead()) if row else None
    meant = reaches(row, patience, now=now) if row else ()
    is_behind = placed_at > now + CLOCKS_APART
    if any(is_behind or one.since <= placed_at <= one.until for one in meant):
        await checks.read_again(session, offer, due_at=now, why=SOLD_MEANWHILE)
