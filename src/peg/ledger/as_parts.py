"""What the book has of a set as if it were a piece: taken off, and put back if it was none."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.stock import Cause
from peg.ledger import book, places
from peg.ledger.book import Posting
from peg.ledger.tables import entries

COMPOSED = "offer "
"""How the reference of these entries begins; the number of the offer that was composed follows."""


def is_of_a_set(cause: str, reference: str) -> bool:
    """Whether an entry took off what the book had of a set, or put it back."""
    return cause == Cause.CORRECTED and reference.startswith(COMPOSED)


async def take_off(
    session: AsyncSession,
    sku: Sku,
    pieces: int,
    *,
    offer: OfferId,
    title: str,
    parts: Mapping[Sku, int],
    who: str,
    now: datetime,
) -> None:
    """The offer is a set: its `parts` count, and none of its own."""
    lie = await places.spread(session, sku, pieces)
    taken = {place: -count for place, count in lie.items()}
    made_of = " + ".join(f"{many} x {part}" for part, many in sorted(parts.items()))
    note = f"{title!r} is a set, {made_of}; `peg match compose {offer} {sku}` takes that back"
    await _correct(session, sku, taken, offer=offer, note=note, who=who, now=now)


async def put_back(
    session: AsyncSession, sku: Sku, *, offer: OfferId, title: str, who: str, now: datetime
) -> int:
    """The offer sells this piece after all: how many of those taken off are there again.

    None, if somebody has counted the piece since: what that found stands.
    """
    counted = select(func.max(entries.c.id)).where(
        entries.c.sku == sku, entries.c.cause == Cause.COUNTED
    )
    query = (
        select(entries.c.location, func.sum(entries.c.on_hand))
        .where(entries.c.sku == sku, entries.c.cause == Cause.CORRECTED)
        .where(entries.c.reference.startswith(COMPOSED, autoescape=True))
        .where(entries.c.id > func.coalesce(counted.scalar_subquery(), 0))
        .group_by(entries.c.location)
    )
    missing = {
        LocationId(place): -int(net) for place, net in await session.execute(query) if net < 0
    }
    note = f"{title!r} is a piece of its own after all"
    await _correct(session, sku, missing, offer=offer, note=note, who=who, now=now)
    return sum(missing.values())


async def _correct(
    session: AsyncSession,
    sku: Sku,
    more: Mapping[LocationId, int],
    *,
    offer: OfferId,
    note: str,
    who: str,
    now: datetime,
) -> None:
    postings = [
        Posting(
            sku=sku,
            location=location,
            on_hand=pieces,
            cause=Cause.CORRECTED,
            source=who,
            reference=f"{COMPOSED}{offer}",
            happened_at=now,
            note=note,
        )
        for location, pieces in sorted(more.items())
    ]
    await book.post(session, postings, now=now)
