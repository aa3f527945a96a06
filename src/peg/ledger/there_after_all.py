"""Missed pieces that are there after all: held no longer, and for sale again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import OfferId
from peg.domain.stock import Cause
from peg.ledger.book import Posting, post
from peg.ledger.explaining import take
from peg.ledger.suspense import CAME_BACK, open_rows


async def dissolve(
    session: AsyncSession, offer: OfferId, place: str, units: int, *, now: datetime
) -> None:
    """The marketplace shows the missed pieces again: nobody has bought them."""
    rows = await open_rows(session, offer, place)
    note = "shown again on the marketplace"
    await let_go(session, rows, units, outcome=CAME_BACK, note=note, now=now)


async def let_go(
    session: AsyncSession,
    rows: Sequence[Mapping[str, Any]],
    units: int,
    *,
    outcome: str,
    note: str,
    now: datetime,
) -> None:
    """So many of what was missed of one offer are there: held no longer."""
    _, released = await take(session, rows, units, outcome=outcome, now=now)
    postings = [
        Posting(
            sku=one.sku,
            location=one.location,
            suspended=-one.suspended,
            cause=Cause.EXPLAINED,
            source="intake",
            reference=str(rows[0]["offer"]),
            happened_at=now,
            note=note,
        )
        for one in released
    ]
    await post(session, postings, now=now)
