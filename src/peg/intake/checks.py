"""Offers that must be read again at a certain time: doubts, watches, expected returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, signal, upsert
from peg.domain.identity import OfferId
from peg.intake.tables import checks

CHECKS = "checks"
"""The signal that wakes the checker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One offer to read again, and what was seen of it when the doubt arose."""

    offer: OfferId
    due_at: datetime
    why: str
    seen: dict[str, int] | None
    seen_at: datetime | None


async def read_again(
    session: AsyncSession,
    offer: OfferId,
    *,
    due_at: datetime,
    why: str,
    seen: dict[str, int] | None = None,
    seen_at: datetime | None = None,
) -> None:
    """Have an offer read at `due_at`, or sooner if somebody asked for sooner."""
    require_transaction(session)
    known = await check_of(session, offer)
    row: dict[str, Any] = {
        "offer": offer,
        "due_at": min(due_at, known.due_at) if known else due_at,
        "why": why,
        "seen": seen if seen is not None or known is None else known.seen,
        "seen_at": seen_at if seen_at is not None or known is None else known.seen_at,
    }
    await session.execute(upsert(session, checks, row, ["offer"]))
    signal(session, CHECKS)


async def check_of(session: AsyncSession, offer: OfferId) -> Check | None:
    """The check an offer waits for."""
    query = select(checks).where(checks.c.offer == offer)
    row = (await session.execute(query)).mappings().first()
    return Check(**row) if row else None


async def due(session: AsyncSession, *, now: datetime, limit: int = 250) -> Sequence[Check]:
    """Checks whose time has come, oldest first."""
    query = select(checks).where(checks.c.due_at <= now).order_by(checks.c.due_at).limit(limit)
    return [Check(**row) for row in (await session.execute(query)).mappings()]


async def done(session: AsyncSession, offer: OfferId) -> None:
    """The offer was read and explained."""
    await session.execute(delete(checks).where(checks.c.offer == offer))


async def postpone(session: AsyncSession, offer: OfferId, *, due_at: datetime) -> None:
    """Move a check to later, keeping what was seen."""
    require_transaction(session)
    await session.execute(update(checks).where(checks.c.offer == offer).values(due_at=due_at))


async def waiting_count(session: AsyncSession) -> int:
    """How many offers wait to be read again."""
    return await session.scalar(select(func.count()).select_from(checks)) or 0
