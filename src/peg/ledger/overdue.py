"""Missing pieces whose order did not come in time: a person took them, or counted them since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import POOL, LocationId, OfferId, Sku
from peg.domain.stock import Cause
from peg.ledger import pieces_asked, questions
from peg.ledger.book import Posting, post
from peg.ledger.places import spread
from peg.ledger.suspense import (
    CAME_BACK,
    EDITED,
    IN_PERSON,
    IS_MISSED,
    STILL_THERE,
    posting,
    units_of,
)
from peg.ledger.tables import entries, suspense
from peg.ledger.there_after_all import let_go

THERE, GONE, HELD = "there", "gone", "held"
"""The answers to whether they are still there; and what holds until somebody answers."""

STILL_HERE = "missed on a marketplace, and still there"

_COUNTED = "the shelf was counted since"
_OLD_FIGURE = "PEG wrote there within seconds of that, so the figure may have been an old one"
_TOLD = (
    "as many had just been sold, kept or counted off elsewhere, and somebody may have typed that"
    " into the shop before PEG wrote it there"
)


async def close_due(session: AsyncSession, *, now: datetime) -> int:
    """What no order has explained in time was taken by a person: it leaves the shelf for good.

    Where a person counted the shelf meanwhile, her word stands: she is asked, and it stays held. So
    it is where PEG was told of as many otherwise: they may be the same; and where a write of ours
    was so near that the figure may have been an old one.

    Returns how many left.
    """
    require_transaction(session)
    for offer, missed in _by_offer(await _due(session, now)).items():
        await _meet_what_is_asked(session, OfferId(offer), missed, now=now)
    rows = await _due(session, now)
    asked = {row["offer"] for row in rows if await _may_be_there(session, row)}
    taken = [row for row in rows if row["offer"] not in asked]
    await _take_off(session, taken, now=now)
    for offer in sorted(asked):
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
    await let_go(session, rows, units_of(rows), outcome=IN_PERSON, note=STILL_HERE, now=now)


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
    undone = await pieces_asked.explain_extra(session, offer, units_of(rows), now=now)
    if undone:
        await let_go(session, rows, undone, outcome=CAME_BACK, note=STILL_HERE, now=now)


async def _may_be_there(session: AsyncSession, row: Mapping[str, Any]) -> bool:
    return row["told"] or row["may_be_there"] or await _was_counted_since(session, row)


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
    postings: list[Posting] = []
    for row in rows:
        postings.append(posting(row, suspended=-row["pieces"], cause=Cause.EDITED, now=now))
        lay = {LocationId(row["location"]): row["pieces"]}
        if row["location"] == POOL:  # a piece is taken from a real shelf
            lay = dict(await spread(session, Sku(row["sku"]), row["pieces"], before=postings))
        lost = [
            {**row, "location": place, "pieces": pieces, "closed_at": now, "outcome": EDITED}
            for place, pieces in lay.items()
        ]
        postings += [
            posting(one, on_hand=-one["pieces"], cause=Cause.EDITED, now=now) for one in lost
        ]
        await _keep(session, row["id"], lost)
    await post(session, postings, now=now)


async def _keep(session: AsyncSession, number: int, lost: Sequence[dict[str, Any]]) -> None:
    """A row for each place that pieces left: an order that comes late finds them there."""
    first, *others = ({name: it for name, it in one.items() if name != "id"} for one in lost)
    await session.execute(update(suspense).where(suspense.c.id == number).values(first))
    if others:
        await session.execute(insert(suspense), others)


def _why(rows: Sequence[Mapping[str, Any]]) -> str:
    if any(row["told"] for row in rows):
        return _TOLD
    return _OLD_FIGURE if any(row["may_be_there"] for row in rows) else _COUNTED


async def _ask(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    pieces: dict[str, int] = {}
    for row in rows:
        pieces[row["sku"]] = pieces.get(row["sku"], 0) + row["pieces"]
        change = update(suspense).where(suspense.c.id == row["id"])
        await session.execute(change.values(asked_at=now))
    listed = ", ".join(f"{count} of {sku}" for sku, count in sorted(pieces.items()))
    offer = str(rows[0]["offer"])
    why = _why(rows)
    await questions.ask(
        session,
        kind=STILL_THERE,
        subject=offer,
        sentence=(
            f"A shop misses {listed} and no order tells why, but {why}. Still there and for sale?"
        ),
        evidence={"missed": pieces},
        options=(THERE, GONE),
        default=HELD,
        now=now,
    )
