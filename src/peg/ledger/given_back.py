"""What a shop writes off of an order that a person gave up: it never left the shelf."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, Sku
from peg.domain.order import OrderSnapshot
from peg.domain.stock import Cause
from peg.ledger.book import Posting, post
from peg.ledger.cancellations import change, standing
from peg.ledger.tables import cancellations

log = structlog.get_logger()

CANCELLED = "cancelled"
TAKEN_OUT = "taken out of the order"
NEVER_THERE = "its order was given up since the piece is another's: nothing left the shelf"


async def follow(session: AsyncSession, order: OrderSnapshot, *, now: datetime) -> None:
    """An order was taken in: if a person gave up pieces of it, see whether that is done.

    A shop that does not put a piece back on sale counts it as lost. It never was: the book gets
    back what was written off, once, in the transaction that wrote it off. What was written off
    before a decision, or beyond what it gave up, is lost indeed.
    """
    if not any(line.restocked or line.written_off for line in order.lines):
        return
    newest_first = cancellations.c.id.desc()
    query = (
        select(cancellations)
        .order_by(newest_first)
        .where(cancellations.c.shop == order.shop, cancellations.c.order_id == order.order)
    )
    unexplained: dict[Sku, int] = {}
    for row in (await session.execute(query)).mappings().all():
        sku = Sku(row["sku"])
        left, lost = await standing(session, order.shop, order.order, sku)
        of_it = unexplained.setdefault(sku, sum(pieces for _, pieces in lost))
        mine = min(row["pieces"], of_it - row["lost_before"])
        await _give_back(session, row, lost, mine - row["given_back"], now=now)
        unexplained[sku] = min(of_it, row["lost_before"])
        if left <= row["keeps"] and row["ended_at"] is None:
            outcome = TAKEN_OUT if row["keeps"] or row["units"] else CANCELLED
            await change(session, row["id"], outcome=outcome, ended_at=now, open_key=None)
            log.info("case.order_cancelled", case=row["case"], shop=order.shop, order=order.order)


async def _give_back(
    session: AsyncSession,
    row: Mapping[Any, Any],
    lost: Sequence[tuple[LocationId, int]],
    pieces: int,
    *,
    now: datetime,
) -> None:
    """Put pieces back where they were written off last."""
    if pieces <= 0:
        return
    postings, before, left = [], row["lost_before"] + row["given_back"], pieces
    for place, lost_there in lost:
        known = min(before, lost_there)
        before -= known
        if back := min(left, lost_there - known):
            left -= back
            posting = Posting(
                sku=Sku(row["sku"]),
                location=place,
                on_hand=back,
                cause=Cause.CORRECTED,
                source="case",
                reference=str(row["id"]),
                note=NEVER_THERE,
                happened_at=now,
            )
            postings.append(posting)
    if postings:
        await post(session, postings, now=now)
        await change(session, row["id"], given_back=row["given_back"] + pieces - left)
