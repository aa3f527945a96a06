"""Stage a message in the caller's transaction."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.tables import outbox
from peg.db.transaction import require_transaction, signal
from peg.domain.messages import Message

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
