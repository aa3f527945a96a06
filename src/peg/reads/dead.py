"""Deliveries and messages that were put aside after too many failures."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus import outbox
from peg.intake import inbox

DELIVERY, MESSAGE = "d", "m"


class DeadRow(BaseModel):
    """What was put aside. `id` is as `peg dead retry` takes it; `of` a shop, or PEG itself."""

    id: str
    what: str
    of: str
    since: datetime
    why: str | None


async def dead(session: AsyncSession) -> Sequence[DeadRow]:
    """Webhooks and orders first, then PEG's own messages."""
    deliveries = [
        DeadRow(
            id=f"{DELIVERY}{one['id']}",
            what=one["topic"],
            of=one["shop"],
            since=one["received_at"],
            why=one["last_error"],
        )
        for one in await inbox.dead(session)
    ]
    messages = [
        DeadRow(
            id=f"{MESSAGE}{one['id']}",
            what=one["topic"],
            of="PEG",
            since=one["staged_at"],
            why=one["last_error"],
        )
        for one in await outbox.dead(session)
    ]
    return deliveries + messages
