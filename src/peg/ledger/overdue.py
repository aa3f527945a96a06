"""Missing pieces whose order did not come in time: a person took them, or counted them since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import POOL, LocationId, OfferId, Sku
from peg.domain.stock import Cause
from peg.ledger import pieces_asked, questions
from peg.ledger.book import post
from peg.ledger.places import fullest
from peg.ledger.suspense import (
    CAME_BACK,
    EDITED,
    IN_PERSON,
    IS_MISSED,
    STILL_THERE,
    posting,
)
from peg.ledger.tables import entries, suspense
from peg.ledger.there_after_all import let_go

THERE, GONE, HELD = "there", "gone", "held"
"""The answers to whether they are still there; and what holds until somebody answers."""

STILL_HERE = "missed on a marketplace, and still there"


async def close_due(session: AsyncSession, *, now: datetime) -> int:
    """What no order has explained in time was taken by a person: it leaves the shelf for good.

    Where a person counted the shelf meanwhile, her word stands: she is asked, and it stays held.

    Returns how many left.
    """
    require_transaction(session)
    for offer, missed in _by_offer(await _due(session, now)).items():
        await _meet_what_is_asked(session, OfferId(offer), missed, now=now)
    rows = await _due(session, now)
    counted = {row["offer"] for row in rows if await _was_counted_since(session, row)}
    taken = [row for row in rows if row["offer"] not in counted]
    await _take_off(session, taken, now=now)
    for offer in sorted(counted):
        await _ask(session, [row for row in rows if row["offer"] == offer], now=now)
    return len(taken)


async def answered(session: AsyncSession, offer: OfferId, option: str, *, now: datetime) -> None:
    """A person says whether they are still there."""
    mine = (*IS_MISSED, suspense.c.offer == offer, suspense.c.asked_at.is_not(None))
    found = await session.execute(select(suspense).where(*mine))
    rows = [dict(row) for row in found.mappings()]
    if option == GONE:
        await _take_off(session, rows, now=now)
        return
    units = sum(row["pieces"] for row in rows)
    await let_go(session, rows, units, outcome=IN_PERSON, note=STILL_HERE, now=now)


async def _due(session: AsyncSession, now: datetime) -> list[dict[str, Any]]:
    query = select(suspense).where(
        *IS_MISSED, suspense.c.due_at <= now, suspense.c.asked_at.is_(None)
    )
    found = await session.execute(query.order_by(suspense.c.id))
    return [dict(row) for row in found.mappings()]


def _by_offer(rows: Sequence[Mapping[str, Any]]) -> Mapping[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["offer"], []).append(row)
    return found


async def _meet_what_is_asked(
    session: AsyncSession, offer: OfferId, rows: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """Somebody who typed in more, of which PEG still asks, has typed in fewer again."""
    units = max(row["pieces"] for row in rows)
    undone = await pieces_asked.explain_extra(session, offer, units, now=now)
    if undone:
        await let_go(session, rows, undone, outcome=CAME_BACK, note=STILL_HERE, now=now)


async def _was_counted_since(session: AsyncSession, row: Mapping[str, Any]) -> bool:
    """Whether somebody counted where it lay, after it was missed."""
    query = select(entries.c.id).where(
        entries.c.sku == row["sku"],
        entries.c.cause == Cause.COUNTED,
        entries.c.posted_at >= row["opened_at"],
    )
    if row["location"] != POOL:
        query = query.where(entries.c.location == row["location"])
    return await session.scalar(query.limit(1)) is not None


async def _take_off(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    postings = []
    for row in rows:
        pieces = row["pieces"] * row["need"]
        postings.append(posting(row, suspended=-pieces, cause=Cause.EDITED, now=now))
        location = row["location"]
        if location == POOL:  # a piece is taken from a real shelf
            location = await fullest(session, Sku(row["sku"]))
        lost = {**row, "location": LocationId(location)}
        postings.append(posting(lost, on_hand=-pieces, cause=Cause.EDITED, now=now))
        change = update(suspense).where(suspense.c.id == row["id"])
        closed = {"closed_at": now, "outcome": EDITED, "location": location}
        await session.execute(change.values(closed))
    await post(session, postings, now=now)


async def _ask(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    pieces: dict[str, int] = {}
    for row in rows:
        pieces[row["sku"]] = pieces.get(row["sku"], 0) + row["pieces"] * row["need"]
        change = update(suspense).where(suspense.c.id == row["id"])
        await session.execute(change.values(asked_at=now))
    listed = ", ".join(f"{count} of {sku}" for sku, count in sorted(pieces.items()))
    offer = str(rows[0]["offer"])
    await questions.ask(
        session,
        kind=STILL_THERE,
        subject=offer,
        sentence=(
            f"A shop misses {listed} and no order tells why, but the shelf was counted since."
            " Still there and for sale?"
        ),
        evidence={"missed": pieces},
        options=(THERE, GONE),
        default=HELD,
        now=now,
    )
