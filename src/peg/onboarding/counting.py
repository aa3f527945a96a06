"""How many pieces there are, as shops and book agree; where they do not, a person is asked."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, Sku
from peg.domain.stock import Cause
from peg.ledger import book, places, queries
from peg.ledger.book import Posting
from peg.ledger.settling import settle
from peg.onboarding.agreement import Agreement


async def count_new(
    session: AsyncSession, agreed: Mapping[Sku, Agreement], *, now: datetime
) -> None:
    """Post the first figures of new items, and where they lie."""
    postings = [
        _posting(sku, location, pieces, reference="import", now=now)
        for sku, agreement in agreed.items()
        for location, pieces in sorted(agreement.available.items())
    ]
    await book.post(session, postings, now=now)
    await places.open_places(session, {sku: one.available for sku, one in agreed.items()})


async def count_known(
    session: AsyncSession, agreed: Mapping[Sku, Agreement], *, now: datetime
) -> None:
    """Lower known items to what their new offers show, and let them lie where those say."""
    for sku, agreement in agreed.items():
        available = max(0, (await queries.position(session, sku)).level.available)
        await _lower(session, sku, available - agreement.total, now=now)
    await settle(session, {sku: one.available for sku, one in agreed.items()}, now=now)


async def _lower(session: AsyncSession, sku: Sku, pieces: int, *, now: datetime) -> None:
    left = pieces
    levels = await queries.levels(session, sku)
    for location in sorted(levels, key=lambda place: (-levels[place].available, place)):
        less = min(left, max(0, levels[location].available))
        posting = _posting(sku, location, -less, reference="a new offer shows less", now=now)
        await book.post(session, [posting], now=now)
        left -= less
    if left > 0:  # more was sold than there was: a case tells of it
        at = await places.fullest(session, sku)
        posting = _posting(sku, at, -left, reference="a new offer shows less", now=now)
        await book.post(session, [posting], now=now)


def _posting(
    sku: Sku, location: LocationId, pieces: int, *, reference: str, now: datetime
) -> Posting:
    return Posting(
        sku=sku,
        location=location,
        on_hand=pieces,
        cause=Cause.BASELINE,
        source="import",
        reference=reference,
        happened_at=now,
    )
