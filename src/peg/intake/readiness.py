"""Whether a delivery could be kept now: a full disk can be read, and only a commit tells."""

from datetime import UTC, datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.intake.tables import inbox

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def keep_and_drop(session: AsyncSession) -> None:
    """Keep a delivery of nobody's, and drop it in the same transaction: no trace stays of it."""
    require_transaction(session)
    row = {
        "shop": "",
        "topic": "readiness",
        "delivery": "",
        "headers": {},
        "body": b"",
        "received_at": LONG_AGO,
        "next_at": LONG_AGO,
        "attempts": 0,
    }
    number = await session.scalar(insert(inbox).values(row).returning(inbox.c.id))
    await session.execute(delete(inbox).where(inbox.c.id == number))
