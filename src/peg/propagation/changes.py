"""What PEG changed on the shops, as far back as that is kept, around one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import OfferId
from peg.propagation.tables import writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One place of an offer was changed: what stood there before, and since."""

    place: str
    before: int
    quantity: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """By place, the last change of an offer up to a moment, and the first after it."""

    last: Mapping[str, Change]
    next: Mapping[str, Change]


async def around(
    session: AsyncSession, offers: Sequence[OfferId], moment: datetime
) -> Mapping[OfferId, Around]:
    """The changes of some offers around a moment."""
    query = (
        select(writes.c.offer, writes.c.place, writes.c.before, writes.c.quantity)
        .add_columns(writes.c.written_at)
        .where(writes.c.offer.in_(offers))
        .order_by(writes.c.written_at, writes.c.id)
    )
    last: dict[OfferId, dict[str, Change]] = {offer: {} for offer in offers}
    after: dict[OfferId, dict[str, Change]] = {offer: {} for offer in offers}
    for row in await session.execute(query):
        change = Change(
            place=row.place, before=row.before, quantity=row.quantity, at=row.written_at
        )
        if row.written_at <= moment:
            last[OfferId(row.offer)][row.place] = change
        elif change.before != change.quantity:
            after[OfferId(row.offer)].setdefault(row.place, change)
    return {offer: Around(last=last[offer], next=after[offer]) for offer in offers}
