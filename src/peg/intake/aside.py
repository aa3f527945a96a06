"""What was put aside: kept, told of, listed, and worked on again when somebody says so.

A delivery that fails is tried again, since most failures pass: it is dead after many tries. One
that says nothing PEG can use would say the same at each try: it is set aside at the first. What
either may have told of is read by the polls.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, signal
from peg.domain.identity import ShopId
from peg.intake.inbox import (
    INBOX,
    READ_AGAIN,
    Delivery,
    change,
    in_words,
    tells_of_an_order,
    wait_s,
)
from peg.intake.tables import SET_ASIDE, inbox

ATTEMPTS_MAX = 20

TRIES_OF_WHAT_IS_NOT_SHOWN = 8
"""Within a minute a marketplace shows the order it told of, or it never will."""

DISCARDED = "discarded"
REASON_CHARACTERS_MAX = 2000

_IS_DEAD = and_(inbox.c.dead_at.is_not(None), inbox.c.handled_at.is_(None))
# Written out, and no parameter, so that SQLite sees that the index of these fits.
_SET_ASIDE = inbox.c.outcome == literal_column(f"'{SET_ASIDE}'")
_IS_OF_NO_USE = and_(_SET_ASIDE, func.length(inbox.c.body) > 0)
"""A week later its body is forgotten, and there is nothing left to work on."""

_LISTED = ("id", "shop", "topic", "delivery", "received_at", "attempts", "last_error")


async def set_aside(session: AsyncSession, delivery_id: int, *, why: str, now: datetime) -> None:
    """The delivery is of no use, and another try would read the same: kept, with the reason."""
    reason = why[:REASON_CHARACTERS_MAX]
    await change(session, delivery_id, handled_at=now, outcome=SET_ASIDE, last_error=reason)


async def failed(
    session: AsyncSession,
    delivery: Delivery,
    error: Exception,
    *,
    tries_max: int = ATTEMPTS_MAX,
    now: datetime,
) -> bool:
    """Try the delivery again later, or put it aside as dead: kept, not lost.

    Returns whether it was put aside for the first time.
    """
    attempts = delivery.attempts + 1
    is_dead = attempts >= tries_max
    await change(
        session,
        delivery.id,
        attempts=attempts,
        next_at=now + timedelta(seconds=wait_s(attempts)),
        waits_since=None,
        dead_at=now if is_dead else None,
        first_dead_at=delivery.first_dead_at or (now if is_dead else None),
        last_error=in_words(error),
    )
    signal(session, INBOX)
    return is_dead and delivery.first_dead_at is None


async def dead_count(session: AsyncSession) -> int:
    """How many deliveries failed too often."""
    return await session.scalar(select(func.count()).where(_IS_DEAD)) or 0


async def dead_orders_count(session: AsyncSession) -> int:
    """How many of them may tell of an order."""
    query = select(func.count()).where(_IS_DEAD, tells_of_an_order())
    return await session.scalar(query) or 0


async def dead(session: AsyncSession, *, limit: int | None = None) -> Sequence[Mapping[str, Any]]:
    """Deliveries that failed too often, newest first."""
    return await _listed(session, _IS_DEAD, limit)


async def dead_about_orders(session: AsyncSession, shop: ShopId) -> Sequence[Delivery]:
    """A shop's deliveries that failed too often and may tell of an order, whole."""
    columns = [inbox.c[name] for name in Delivery.__dataclass_fields__]
    query = select(*columns).where(_IS_DEAD, inbox.c.shop == shop, tells_of_an_order())
    rows = (await session.execute(query.order_by(inbox.c.id))).mappings()
    return [Delivery(**row) for row in rows]


async def of_no_use_count(session: AsyncSession) -> int:
    """How many deliveries said nothing that PEG can use, while there is something left of them."""
    return await session.scalar(select(func.count()).where(_IS_OF_NO_USE)) or 0


async def is_of_no_use(session: AsyncSession, shop: ShopId, topic: str) -> bool:
    """Whether any of a shop's about one thing said nothing, while there is something left of it."""
    mine = (_IS_OF_NO_USE, inbox.c.shop == shop, inbox.c.topic == topic)
    newest = select(inbox.c.id).where(*mine).order_by(inbox.c.id.desc()).limit(1)
    return await session.scalar(newest) is not None


async def of_no_use(
    session: AsyncSession, *, limit: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """Deliveries that said nothing that PEG can use, newest first."""
    return await _listed(session, _IS_OF_NO_USE, limit)


async def try_orders_again(
    session: AsyncSession, *, dead_until: datetime, but_of: Collection[ShopId], now: datetime
) -> int:
    """Orders that were put aside until a moment are read once more; how many.

    Those of shops that cannot be read (`but_of`) stay where they are.
    """
    require_transaction(session)
    in_vain = inbox.c.first_dead_at.is_not(None), inbox.c.dead_at <= dead_until
    mine = inbox.c.topic == READ_AGAIN, inbox.c.shop.not_in(but_of)
    again = update(inbox).where(_IS_DEAD, *in_vain, *mine)
    again = again.values(dead_at=None, next_at=now).returning(inbox.c.id)
    count = len((await session.scalars(again)).all())
    if count:
        signal(session, INBOX)
    return count


async def revive(session: AsyncSession, delivery_id: int | None, *, now: datetime) -> int:
    """Work again on a delivery that was put aside, or on all of them; how many that were."""
    fresh = {"dead_at": None, "first_dead_at": None, "attempts": 0, "next_at": now}
    anew = {"handled_at": None, "outcome": None}
    count = await _end(session, delivery_id, fresh | anew)
    signal(session, INBOX)
    return count


async def discard(
    session: AsyncSession, delivery_id: int | None, *, who: str, why: str, now: datetime
) -> int:
    """A person wants no more of what was put aside; it is kept, with the reason. How many."""
    reason = inbox.c.last_error + f"; discarded by {who}: {why}"
    return await _end(
        session, delivery_id, {"handled_at": now, "outcome": DISCARDED, "last_error": reason}
    )


async def _listed(
    session: AsyncSession, which: Any, limit: int | None
) -> Sequence[Mapping[str, Any]]:
    columns = [inbox.c[name] for name in _LISTED]
    query = select(*columns).where(which).order_by(inbox.c.id.desc()).limit(limit)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def _end(session: AsyncSession, delivery_id: int | None, values: dict[str, Any]) -> int:
    """Change one delivery that was put aside, or every one."""
    require_transaction(session)
    which = [or_(_IS_DEAD, _IS_OF_NO_USE)]
    if delivery_id is not None:
        which.append(inbox.c.id == delivery_id)
    statement = update(inbox).where(*which).values(values).returning(inbox.c.id)
    return len((await session.scalars(statement)).all())
