"""Deliveries and messages that were put aside: after too many failures, or as of no use."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus import outbox
from peg.intake import aside

DELIVERY, MESSAGE = "d", "m"

OF_NO_USE_SHOWN_MAX = 50
"""Whoever subscribes PEG's address to something foreign may fill pages: they all say the same."""


class DeadRow(BaseModel):
    """What was put aside. `id` is as `peg dead retry` takes it; `of` a shop, or PEG itself.

    `of_no_use` is true of a delivery that says nothing PEG can use: it was tried once and no more.
    """

    id: str
    what: str
    of: str
    since: datetime
    why: str | None
    of_no_use: bool = False


async def dead(session: AsyncSession) -> Sequence[DeadRow]:
    """Webhooks and orders that failed first, then PEG's own messages, then what is of no use."""
    failed = [_delivery(one) for one in await aside.dead(session)]
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
    useless = [
        _delivery(one, of_no_use=True)
        for one in await aside.of_no_use(session, limit=OF_NO_USE_SHOWN_MAX)
    ]
    return failed + messages + useless


def _delivery(one: Mapping[str, Any], *, of_no_use: bool = False) -> DeadRow:
    return DeadRow(
        id=f"{DELIVERY}{one['id']}",
        what=one["topic"],
        of=one["shop"],
        since=one["received_at"],
        why=one["last_error"],
        of_no_use=of_no_use,
    )
