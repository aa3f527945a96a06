"""How late each shop tells of its orders: a missing piece waits so long for its own.

Counted is the time from when an order was placed, by the marketplace, until PEG heard of it, if a
round of orders in between was read without it. What PEG could not have heard of, since it was off
or the shop dark, was not told late. The longest time counts, fades by half in a week, and is never
taken for longer than six hours: one order that comes a day late must not hold pieces for days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import ShopId
from peg.domain.order import OrderSnapshot
from peg.intake.patience import Patience
from peg.intake.tables import polls

log = structlog.get_logger()

HALF_LIFE = timedelta(days=7)
LATE_FROM = timedelta(minutes=1)
"""Whatever is heard of sooner came with its webhook or with the next poll."""

LOOKED_AWAY = timedelta(minutes=15)
"""Rounds follow each other more closely, unless PEG was off or the shop could not be read."""


def faded(lag: timedelta, since: timedelta) -> timedelta:
    """What is left of a lag that was seen so long ago.

    >>> str(faded(timedelta(hours=4), timedelta(days=14)))
    '1:00:00'
    """
    left: float = 0.5 ** (max(since, timedelta(0)) / HALF_LIFE)
    return lag * left


async def note_order(session: AsyncSession, order: OrderSnapshot, *, now: datetime) -> None:
    """An order was heard of for the first time."""
    if now - order.created_at < LATE_FROM:
        return
    known = await _known(session, order.shop)
    if known is None or known.read_at is None or order.created_at >= known.read_at:
        return
    looked_away = now - known.read_at > LOOKED_AWAY
    lag = (known.read_at if looked_away else now) - order.created_at
    if lag <= _longest(known, now):
        return
    log.info("order.late", shop=order.shop, order=order.order, lag_s=round(lag.total_seconds()))
    values = {"order_lag_s_max": round(lag.total_seconds()), "order_lag_at": now}
    await session.execute(update(polls).where(polls.c.shop == order.shop).values(values))


async def order_lag(
    session: AsyncSession, shop: ShopId, patience: Patience, *, now: datetime
) -> timedelta:
    """How long a shop's missing piece waits for its order."""
    known = await _known(session, shop)
    longest = _longest(known, now) if known is not None else timedelta(0)
    return min(max(patience.order_lag(), longest), patience.order_lag_most())


async def _known(session: AsyncSession, shop: ShopId) -> "_Known | None":
    query = select(*(polls.c[name] for name in _Known.__dataclass_fields__))
    row = (await session.execute(query.where(polls.c.shop == shop))).mappings().first()
    return _Known(**row) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is kept of a shop's rounds of orders.

    Attributes:
        read_at: when the last whole one began.
    """

    read_at: datetime | None
    order_lag_s_max: int
    order_lag_at: datetime | None


def _longest(known: _Known, now: datetime) -> timedelta:
    if known.order_lag_at is None:
        return timedelta(0)
    return faded(timedelta(seconds=known.order_lag_s_max), now - known.order_lag_at)
