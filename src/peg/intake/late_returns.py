"""Cancelled pieces that a shop showed again before PEG was told of the cancellation.

Nothing explained them then: a person was asked about the only one, and of goods in stock more were
believed. Once the cancellation is told they are known twice, so the first is taken back. The shop
that cancels puts them back by itself; on the other one a person may have typed them in.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, Sku
from peg.domain.offer import ANYWHERE
from peg.domain.order import OrderSnapshot
from peg.intake import surprises
from peg.intake.edits import Edits
from peg.intake.patience import CLOCKS_APART
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
    known = (await offers.by_ids(session, [offer]))[offer]
    shown = await _take_back(session, known, place, change.put_back, since, now=now)
    return replace(change, put_back=change.put_back - shown)


async def without_those_typed(
    session: AsyncSession, order: OrderSnapshot, sku: Sku, pieces: int, *, now: datetime
) -> None:
    """So many that an order gave back are in the book: those typed on another shop are the same.

    She has cancelled it, and typed them there before PEG was told of the cancellation. What was
    typed sooner is something else.
    """
    since = (order.cancelled_at or order.updated_at) - CLOCKS_APART
    for other in await offers.of_skus(session, [sku]):
        alone = [(part.sku, part.quantity) for part in other.components] == [(sku, 1)]
        if pieces and alone and other.ref.shop != order.shop:
            pieces -= await _take_back(session, other, ANYWHERE, pieces, since, now=now)


async def _take_back(
    session: AsyncSession, offer: Offer, place: str, units: int, since: datetime, *, now: datetime
) -> int:
    """How many of these units an offer showed since then: they are asked about no more, or gone."""
    asked = await pieces_asked.explain_by_return(session, offer.id, units, since=since, now=now)
    believed = await _believed(session, offer, place, units - asked, since, now=now)
    for pieces, done in ((asked, Done.ASKED), (believed, Done.BELIEVED)):
        if pieces:
            await surprises.explain(session, offer.id, pieces, done=done)
    return asked + believed


async def _believed(
    session: AsyncSession, offer: Offer, place: str, units: int, since: datetime, *, now: datetime
) -> int:
    if not units:
        return 0
    edits = Edits(session=session, offer=offer, now=now)
    pieces = min(units, await edits.believed_since(since))
    if pieces:
        await edits.had_come_back(place, pieces)
    return pieces
