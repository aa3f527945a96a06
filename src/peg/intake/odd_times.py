"""Orders with times that have not come yet: they count, as of when PEG heard of them.

Believed, such a time would let no later word of the order count, put it behind every other claim to
its piece, and have it explain nothing that was missed before.
"""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell_once
from peg.domain.clock import AHEAD_MAX
from peg.domain.messages import Alert
from peg.domain.order import OrderSnapshot
from peg.ledger import order_headers

log = structlog.get_logger()


async def as_heard(session: AsyncSession, order: OrderSnapshot, *, now: datetime) -> OrderSnapshot:
    """The order; of one that was placed or changed in days to come, with times that can be.

    Placed it was when PEG first heard of it, and changed when it was read: the newest word of it
    counts. A person is told of it, once.
    """
    cancelled_at = order.cancelled_at
    latest = max(filter(None, (order.created_at, order.updated_at, cancelled_at)))
    if latest <= now + AHEAD_MAX:
        return order
    first = await order_headers.heard_at(session, order)
    if first is None:
        log.error("order.odd_time", shop=order.shop, order=order.order, told=latest.isoformat())
        alert = Alert(
            name="order_time", subject=f"{order.shop} {order.order}", sentence=_words(order, latest)
        )
        await tell_once(session, alert, now=now)
    changed_at = min(order.updated_at, order.fetched_at)
    return replace(
        order,
        created_at=min(order.created_at, first or now),
        updated_at=changed_at,
        cancelled_at=cancelled_at and min(cancelled_at, changed_at),
    )


def _words(order: OrderSnapshot, latest: datetime) -> str:
    return (
        f"order {order.name} of {order.shop} bears a time that has not come, {latest:%Y-%m-%d}: it"
        " counts as if it were placed when PEG heard of it. If it is older than the import, count"
        " its pieces (`peg count SKU N`)"
    )
