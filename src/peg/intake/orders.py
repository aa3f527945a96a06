"""Take an order in: from a marketplace's snapshot to the book and to what we expect it to show."""

from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.outbox import stage
from peg.catalog import lines, locations, mirror
from peg.domain.identity import OfferId
from peg.domain.messages import OrderTakenIn
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.intake import checks
from peg.intake.patience import Patience
from peg.ledger import orders as book_orders
from peg.ledger.orders import Applied, AppliedLine, Outcome

log = structlog.get_logger()


async def take_in(
    session: AsyncSession, order: OrderSnapshot, *, patience: Patience, now: datetime
) -> Applied:
    """Post what an order's newest snapshot says and was not posted yet.

    Lines of offers nobody mapped are kept and listed, never dropped.
    """
    resolved = await lines.resolve_lines(session, order)
    places = await locations.of_shop(session, order.shop)
    applied = await book_orders.apply(session, order, resolved, places=places, now=now)
    if applied.outcome in {Outcome.NEW, Outcome.CHANGED}:
        await _expect(session, order, applied, patience=patience, now=now)
        await stage(session, OrderTakenIn(shop=order.shop, order=order.order), now=now)
        log.info(
            "order.taken_in",
            shop=order.shop,
            order=order.order,
            outcome=applied.outcome.value,
            unresolved=[line.line for line in applied.lines if line.offer is None],
        )
    return applied


async def _expect(
    session: AsyncSession,
    order: OrderSnapshot,
    applied: Applied,
    *,
    patience: Patience,
    now: datetime,
) -> None:
    """Follow in the mirror what the marketplace did to its own figures."""
    lines = {line.line: line for line in order.lines}
    for posted in applied.lines:
        if posted.offer is not None and (posted.sold or posted.put_back):
            line = lines.get(posted.line)
            await _expect_line(session, posted.offer, posted, line, patience=patience, now=now)


async def _expect_line(
    session: AsyncSession,
    offer: OfferId,
    posted: AppliedLine,
    line: LineSnapshot | None,
    *,
    patience: Patience,
    now: datetime,
) -> None:
    place = await mirror.place_of_sale(session, offer, line.remote_location if line else None)
    if place is None:
        return
    if posted.sold > posted.explained:
        await mirror.note_taken(session, offer, place, posted.sold - posted.explained)
    if posted.put_back:
        until = now + patience.may_rise()
        await mirror.note_may_rise(session, offer, place, posted.put_back, until=until)
        await checks.read_again(
            session, offer, due_at=now + patience.confirm(), why="a cancelled piece may come back"
        )
