"""Stage a message in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.tables import outbox
from peg.db.transaction import require_transaction, signal
from peg.domain.messages import Message

M = TypeVar("M", bound=Message)

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
    query = select(func.count()).where(outbox.c.dead_at.is_not(None))
    return await session.scalar(query) or 0


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
