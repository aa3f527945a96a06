"""How many pieces there are, as shops and book agree; where they do not, a person is asked."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, ShopId, Sku
from peg.domain.stock import Cause
from peg.ledger import book, places, queries, questions
from peg.ledger.book import Posting
from peg.ledger.settling import settle
from peg.onboarding.agreement import Agreement

DISAGREES = "stock_disagrees"
"""The kind of the question that is asked when two shops show different figures at import."""


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
        if agreement.disagrees:
            available = max(0, (await queries.position(session, sku)).level.available)
            await _lower(session, sku, available - agreement.total, now=now)
    await settle(session, {sku: one.available for sku, one in agreed.items()}, now=now)


async def ask(
    session: AsyncSession, sku: Sku, title: str, agreement: Agreement, *, now: datetime
) -> None:
    """Ask how many there are; until somebody answers, the lowest figure holds."""
    said, lowest = agreement.said, agreement.total
    figures = ", ".join(f"{_voice(shop)} {figure}" for shop, figure in sorted(said.items()))
    await questions.ask(
        session,
        kind=DISAGREES,
        subject=sku,
        sentence=f"{title!r} ({sku}): {figures}. How many can be sold?",
        evidence={"said": dict(said), "taken": lowest},
        options=[str(option) for option in sorted({lowest, *said.values()})],
        default=str(lowest),
        now=now,
    )


def _voice(shop: ShopId) -> str:
    return f"{shop} shows" if ":" in shop else "the book has"


async def _lower(session: AsyncSession, sku: Sku, pieces: int, *, now: datetime) -> None:
    left = pieces
    levels = await queries.levels(session, sku)
    for location in sorted(levels, key=lambda place: (-levels[place].available, place)):
        less = min(left, max(0, levels[location].available))
        posting = _posting(sku, location, -less, reference="a new offer shows less", now=now)
        await book.post(session, [posting], now=now)
        left -= less


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
