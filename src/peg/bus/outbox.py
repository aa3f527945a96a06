"""Stage a message in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.tables import outbox
from peg.db.transaction import require_transaction, signal
from peg.domain.messages import Message

M = TypeVar("M", bound=Message)

_IS_DEAD = (outbox.c.dead_at.is_not(None), outbox.c.delivered_at.is_(None))

OUTBOX = "outbox"
"""The signal that wakes the relay."""


async def stage(session: AsyncSession, *messages: Message, now: datetime) -> None:
    """Keep messages beside the fact they tell of: both are committed, or neither."""
    require_transaction(session)
    rows = [
        {
            "topic": message.topic,
            "body": message.model_dump(mode="json"),
            "staged_at": now,
            "next_at": now,
        }
        for message in messages
    ]
    if rows:
        await session.execute(insert(outbox), rows)
        signal(session, OUTBOX)


async def oldest_waiting_at(session: AsyncSession) -> datetime | None:
    """When the oldest message that is not delivered yet was staged."""
    query = select(func.min(outbox.c.staged_at)).where(
        outbox.c.delivered_at.is_(None), outbox.c.dead_at.is_(None)
    )
    oldest: datetime | None = await session.scalar(query)
    return oldest


async def dead_count(session: AsyncSession) -> int:
    """How many messages were given up after all attempts."""
    return await session.scalar(select(func.count()).where(*_IS_DEAD)) or 0


async def dead(session: AsyncSession, *, limit: int | None = None) -> Sequence[Mapping[str, Any]]:
    """Messages given up after all attempts, newest first."""
    columns = ("id", "topic", "body", "staged_at", "attempts", "last_error")
    query = (
        select(*(outbox.c[name] for name in columns))
        .where(*_IS_DEAD)
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def revive(session: AsyncSession, message_id: int | None, *, now: datetime) -> int:
    """Deliver a dead message again, or all of them; how many that were."""
    count = await _end(session, message_id, {"dead_at": None, "attempts": 0, "next_at": now})
    signal(session, OUTBOX)
    return count


async def discard(
    session: AsyncSession, message_id: int | None, *, who: str, why: str, now: datetime
) -> int:
    """A person wants no more of a dead message; it is kept, with the reason. How many."""
    reason = outbox.c.last_error + f"; discarded by {who}: {why}"
    return await _end(session, message_id, {"delivered_at": now, "last_error": reason})


async def recent(
    session: AsyncSession, kind: type[M], *, limit: int = 20
) -> Sequence[tuple[datetime, M]]:
    """The newest messages of one kind, each with when it was staged."""
    query = (
        select(outbox.c.staged_at, outbox.c.body)
        .where(outbox.c.topic == kind.topic)
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    rows = await session.execute(query)
    return [(row.staged_at, kind.model_validate(row.body)) for row in rows]


async def forget_delivered(session: AsyncSession, until: datetime, limit: int) -> int:
    """Delete some messages that were staged before a moment and are delivered; how many."""
    require_transaction(session)
    # By number, and only up to the first that is young: what came since is not looked through.
    young = select(outbox.c.id).where(outbox.c.staged_at >= until).order_by(outbox.c.id).limit(1)
    first_young = await session.scalar(young)
    old = [outbox.c.staged_at < until, outbox.c.delivered_at.is_not(None)]
    if first_young is not None:
        old.append(outbox.c.id < first_young)
    some = select(outbox.c.id).where(*old).order_by(outbox.c.id).limit(limit)
    statement = delete(outbox).where(outbox.c.id.in_(some)).returning(outbox.c.id)
    return len((await session.scalars(statement)).all())


async def _end(session: AsyncSession, message_id: int | None, values: dict[str, Any]) -> int:
    """Change one dead message, or every one."""
    require_transaction(session)
    which = (*_IS_DEAD,) if message_id is None else (*_IS_DEAD, outbox.c.id == message_id)
    statement = update(outbox).where(*which).values(values).returning(outbox.c.id)
    return len((await session.scalars(statement)).all())
