"""Cancelled pieces that a shop showed again before it told of the cancellation.

Nothing explained them then: a person was asked about the only one, and of goods in stock more were
believed. Once the cancellation is told they are known twice, so the first is taken back.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.domain.identity import OfferId
from peg.domain.order import OrderSnapshot
from peg.intake import surprises
from peg.intake.edits import Edits
from peg.intake.surprises import Done
from peg.ledger import order_headers, pieces_asked
from peg.ledger.explaining import CLOCKS_APART_MAX
from peg.ledger.line_shares import Change


async def without_those_shown(
    session: AsyncSession,
    order: OrderSnapshot,
    offer: OfferId,
    place: str,
    change: Change,
    *,
    now: datetime,
) -> Change:
    """What an order changed at a place, without the pieces that the place showed again before.

    What somebody changed before the order was cancelled, or before anybody had heard of its sale,
    is something else.
    """
    if not change.put_back:
        return change
    since = (order.cancelled_at or order.updated_at) - CLOCKS_APART_MAX
    if (heard_at := await order_headers.heard_at(session, order)) is not None:
        since = max(since, heard_at)
    asked = await pieces_asked.explain_by_return(
        session, offer, change.put_back, since=since, now=now
    )
    believed = await _believed(session, offer, place, change.put_back - asked, since, now=now)
    for pieces, done in ((asked, Done.ASKED), (believed, Done.BELIEVED)):
        if pieces:
            await surprises.explain(session, offer, pieces, done=done)
    return replace(change, put_back=change.put_back - asked - believed)


async def _believed(
    session: AsyncSession, offer: OfferId, place: str, units: int, since: datetime, *, now: datetime
) -> int:
    if not units:
        return 0
    known = (await offers.by_ids(session, [offer]))[offer]
    edits = Edits(session=session, offer=known, now=now)
    pieces = min(units, await edits.believed_since(since))
    if pieces:
        await edits.had_come_back(place, pieces)
    return pieces
