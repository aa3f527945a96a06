"""Deliveries that cannot be worked on before their shop is back, or answers calls again.

A shop that was revoked, closed or robbed of a scope is no reason to give a delivery up: another try
fails as surely as the last one, until the shop is back. Then it is worked on at once. Nor is a shop
that asks to wait, for a whole day where the day's calls are used up, nor one that answers nothing
to anybody. Only where a person took the
shop out for good it is put aside, so that nothing waits for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import ShopId
from peg.intake.inbox import Delivery, Due, in_words, tells_of_an_order, wait_s
from peg.intake.tables import inbox
from peg.marketplaces.port import (
    AccessRevoked,
    BreakerOpen,
    BudgetSpent,
    MissingScope,
    NoToken,
    ShopFrozen,
    Throttled,
)
from peg.shops.directory import Shop, Status

OUT_OF_REACH = (AccessRevoked, ShopFrozen, MissingScope, NoToken)
"""What a shop answers, or is known to answer, until a person has done something about it."""

ASKS_TO_WAIT = (BreakerOpen, BudgetSpent, Throttled)
"""What comes back by itself, though maybe not before hours are over."""

_AWAY = (Status.REVOKED, Status.FROZEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many deliveries wait for a shop, and what kept the newest of them."""

    shop: ShopId
    count: int
    why: str


def due(shop: Shop | None, now: datetime) -> Due:
    """Which of a shop's deliveries are to be worked on now.

    One that waits for the shop is left alone while the shop is known to be away, and due at once
    when it was connected again since.
    """
    ready, waits = inbox.c.next_at <= now, inbox.c.waits_since.is_not(None)
    if shop is None:
        return ready
    if shop.status in _AWAY:
        return and_(ready, ~waits)
    return or_(ready, inbox.c.waits_since < shop.connected_at)


async def wait_for_shop(
    session: AsyncSession, delivery: Delivery, error: Exception, *, now: datetime
) -> None:
    """Try the delivery again when its shop is back; in between ever more seldom, and never no more.

    The tries in between are for a shop that nobody knows to be away.
    """
    require_transaction(session)
    attempts = delivery.attempts + 1
    await session.execute(
        update(inbox)
        .where(inbox.c.id == delivery.id)
        .values(
            attempts=attempts,
            next_at=now + timedelta(seconds=wait_s(attempts)),
            waits_since=now,
            last_error=in_words(error),
        )
    )


async def waiting_for_shops(session: AsyncSession) -> Sequence[Waiting]:
    """The shops that deliveries wait for."""
    query = (
        select(inbox.c.shop, func.count(), func.max(inbox.c.id))
        .where(*_WAITS)
        .group_by(inbox.c.shop)
        .order_by(inbox.c.shop)
    )
    found = []
    for shop, count, newest in (await session.execute(query)).all():
        why = await session.scalar(select(inbox.c.last_error).where(inbox.c.id == newest))
        found.append(Waiting(shop=shop, count=count, why=why or ""))
    return found


async def close_for_good(session: AsyncSession, shop: ShopId, *, now: datetime) -> int:
    """Nothing waits for a shop that a person took out.

    What told of an order is put aside and listed, since a sale may be in it; how many that were.
    A word about a figure means nothing any more.
    """
    require_transaction(session)
    mine = (*_WAITS, inbox.c.shop == shop)
    why = (
        f"{shop} was disconnected before this could be read: if it was a sale, count the piece"
        " (`peg count SKU N`)"
    )
    aside = (
        update(inbox)
        .where(*mine, tells_of_an_order())
        .values(dead_at=now, waits_since=None, last_error=why)
    )
    rest = update(inbox).where(*mine).values(handled_at=now, waits_since=None, outcome="left")
    count = len((await session.scalars(aside.returning(inbox.c.id))).all())
    await session.execute(rest)
    return count


_WAITS = (
    inbox.c.waits_since.is_not(None),
    inbox.c.handled_at.is_(None),
    inbox.c.dead_at.is_(None),
)
