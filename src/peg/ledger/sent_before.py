"""Parcels that had left when the shelf was counted, and of which PEG hears later.

The count has taken their pieces off the book, as pieces that are not there; the shipping that is
told later would take them off once more. So many are put back with it, as far as the marketplace's
time says for sure that they left before: what may have left after it was counted is gone since.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, Sku
from peg.domain.order import OrderSnapshot
from peg.domain.stock import Cause
from peg.ledger.book import Posting
from peg.ledger.explaining import CLOCKS_APART_MAX
from peg.ledger.line_effects import Rows
from peg.ledger.order_lines import Done
from peg.ledger.tables import entries

COUNTED_WITHOUT = "had left before the shelf was counted"
"""How the note ends of an entry that puts back what a count has taken off already."""

Shipped = Counter[tuple[Sku, LocationId]]
"""Pieces of items that left places."""


async def put_back(
    session: AsyncSession,
    order: OrderSnapshot,
    done: Sequence[Done],
    before: Mapping[str, Rows],
    *,
    now: datetime,
) -> list[Posting]:
    """What a count has taken off before an order is told to have left with it.

    Args:
        session: the task's transaction; what the lines ask for is not posted yet.
        order: what is told now.
        done: its lines.
        before: what was applied of them before.
        now: when it is posted.
    """
    if order.left_by is None:
        return []
    postings = []
    for (sku, location), pieces in sorted(_newly_shipped(done, before).items()):
        missing = await _counted_off(session, sku, location, since=order.left_by + CLOCKS_APART_MAX)
        if (twice := min(pieces, missing)) > 0:
            postings.append(
                Posting(
                    sku=sku,
                    location=location,
                    on_hand=twice,
                    cause=Cause.SENT_BEFORE,
                    source=order.shop,
                    reference=order.order,
                    happened_at=now,
                    note=f"{order.name}, {COUNTED_WITHOUT}",
                )
            )
    return postings


def _newly_shipped(done: Sequence[Done], before: Mapping[str, Rows]) -> Shipped:
    shipped: Shipped = Counter()
    for one in done:
        known = before.get(one.line.line, {})
        for row in one.applied:
            was = known.get((row.sku, row.location))
            shipped[row.sku, row.location] += row.shipped - (was.shipped if was else 0)
    return +shipped


async def _counted_off(
    session: AsyncSession, sku: Sku, location: LocationId, *, since: datetime
) -> int:
    """How many fewer were found at a place by counts since then, and were not put back yet."""
    query = select(func.sum(entries.c.on_hand)).where(
        entries.c.sku == sku,
        entries.c.location == location,
        entries.c.posted_at > since,
        entries.c.cause.in_((Cause.COUNTED, Cause.SENT_BEFORE)),
    )
    return -(await session.scalar(query) or 0)
