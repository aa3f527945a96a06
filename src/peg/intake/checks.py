"""Offers that must be read again at a certain time: doubts, watches, expected returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.offers import KEYS_PER_QUERY_MAX
from peg.db.transaction import require_transaction, signal, upsert
from peg.domain.identity import OfferId
from peg.intake.tables import checks

CHECKS, URGENT_CHECKS = "checks", "urgent checks"
"""The signals that wake the checker."""

SAID_DELETED = "said to be deleted"
WATCHED = "watched after an unconditional write"
"""Ended by a poll of the receipts alone: no reading of the offer settles it (`watches.py`)."""

SOLD_MEANWHILE = "sold while it was written"
PUT_BACK = "shows what a sale took, and a write of ours may have put back"
URGENT = frozenset({SOLD_MEANWHILE, PUT_BACK})
"""Something that is sold may stand on sale: these are read before all else, and at once."""

SEEN_IN_PASSING = "was watched, and is to be seen once more"

TAKEN = timedelta(minutes=5)
"""A check that somebody has taken comes due again after so long, should that one die. Whoever asks
meanwhile asks for sooner: that is how a check to be repeated is told from one that is settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One offer to read again.

    Attributes:
        seen: by place, how many pieces more than expected it showed when the doubt arose.
    """

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
    """Have an offer read at `due_at`, or sooner if somebody asked for sooner.

    A watch may be ended without reading the offer: it never stands in for another reason.
    """
    require_transaction(session)
    known = await check_of(session, offer)
    if why == WATCHED and known is not None and known.why != SEEN_IN_PASSING:
        why = known.why
    row: dict[str, Any] = {
        "offer": offer,
        "due_at": min(due_at, known.due_at) if known else due_at,
        "why": why,
        "seen": seen if seen is not None or known is None else known.seen,
        "seen_at": seen_at if seen_at is not None or known is None else known.seen_at,
    }
    await session.execute(upsert(session, checks, row, ["offer"]))
    signal(session, URGENT_CHECKS if why in URGENT else CHECKS)


async def read_once_more(
    session: AsyncSession, offer: OfferId, *, due_at: datetime, why: str
) -> None:
    """Have an offer read again of which a reading said nothing: what was urgent still is."""
    known = await check_of(session, offer)
    if known is not None and known.why in URGENT:
        why = known.why
    await read_again(session, offer, due_at=due_at, why=why)


async def check_of(session: AsyncSession, offer: OfferId) -> Check | None:
    """The check an offer waits for."""
    query = select(checks).where(checks.c.offer == offer)
    row = (await session.execute(query)).mappings().first()
    return Check(**row) if row else None


async def waiting_among(session: AsyncSession, wanted: Sequence[OfferId]) -> frozenset[OfferId]:
    """Those of some offers that wait to be read again, without those that are only watched."""
    found: set[OfferId] = set()
    for start in range(0, len(wanted), KEYS_PER_QUERY_MAX):
        part = wanted[start : start + KEYS_PER_QUERY_MAX]
        query = select(checks.c.offer).where(checks.c.offer.in_(part), checks.c.why != WATCHED)
        found.update(OfferId(key) for key in await session.scalars(query))
    return frozenset(found)


async def take_due(
    session: AsyncSession, *, now: datetime, urgent: bool = False, limit: int = 250
) -> Sequence[Check]:
    """Take the checks whose time has come, oldest first: nobody else finds them meanwhile.

    Either those that are `urgent` or the others: what is urgent waits for none of them. What was to
    be seen in passing is read all together once the first of it is due.
    """
    require_transaction(session)
    of_these = checks.c.why.in_(URGENT) if urgent else checks.c.why.not_in(URGENT)
    due = (checks.c.due_at <= now) & of_these
    query = select(checks).where(due).order_by(checks.c.due_at).limit(limit)
    rows = (await session.execute(query.with_for_update())).mappings().all()
    if any(row["why"] == SEEN_IN_PASSING for row in rows):
        along = select(checks).where(checks.c.why == SEEN_IN_PASSING, checks.c.due_at > now)
        rows = [*rows, *(await session.execute(along.limit(limit))).mappings()]
    taken = [Check(**{**row, "due_at": now + TAKEN}) for row in rows]
    for check in taken:
        await postpone(session, check.offer, due_at=check.due_at)
    return taken


async def settle(session: AsyncSession, taken: Check) -> None:
    """A check that was taken is made; it stays if somebody asked for another one meanwhile."""
    require_transaction(session)
    mine = (checks.c.offer == taken.offer) & (checks.c.due_at == taken.due_at)
    await session.execute(delete(checks).where(mine))


async def done(session: AsyncSession, offer: OfferId) -> None:
    """The offer was read and explained."""
    await session.execute(delete(checks).where(checks.c.offer == offer))


async def postpone(session: AsyncSession, offer: OfferId, *, due_at: datetime) -> None:
    """Move a check to later, keeping what was seen."""
    require_transaction(session)
    await session.execute(update(checks).where(checks.c.offer == offer).values(due_at=due_at))


async def leave_to_others(session: AsyncSession, offer: OfferId, *, due_at: datetime) -> None:
    """Whoever reads the offer next settles the check; if nobody does, it is read at `due_at`."""
    require_transaction(session)
    row = {"due_at": due_at, "why": SEEN_IN_PASSING}
    await session.execute(update(checks).where(checks.c.offer == offer).values(row))


async def waiting_count(session: AsyncSession) -> int:
    """How many offers wait to be read again."""
    return await session.scalar(select(func.count()).select_from(checks)) or 0
