"""Pieces of cancelled orders that a marketplace may put back on sale by itself.

They stand in the mirror's `may_rise`: until they are back, or their time is over, the offer is not
raised by us.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.catalog.expectation import Expectation
from peg.catalog.mirror import change
from peg.domain.identity import OfferId


async def note_may_rise(
    session: AsyncSession,
    offer: OfferId,
    place: str,
    pieces: int,
    *,
    until: datetime,
    sure: bool = True,
) -> None:
    """The marketplace may put cancelled pieces back by itself; `sure`: it has said so."""
    rise = tables.mirror.c.may_rise + pieces
    unsure = {} if sure else {"rise_unsure": True}
    await change(session, offer, place, may_rise=rise, may_rise_until=until, **unsure)


async def note_risen(session: AsyncSession, offer: OfferId, place: str, pieces: int) -> None:
    """It has put some of them back."""
    if pieces:
        left = tables.mirror.c.may_rise - pieces
        unsure = and_(tables.mirror.c.rise_unsure, left > 0)
        await change(session, offer, place, may_rise=left, rise_unsure=unsure)


async def overdue_rises(session: AsyncSession, *, now: datetime) -> Sequence[OfferId]:
    """Offers whose cancelled pieces should have been back by now: they must be read.

    What a marketplace does not count, or shows no more, has no figure that could tell.
    """
    query = (
        select(tables.mirror.c.offer)
        .join(tables.offers, tables.offers.c.id == tables.mirror.c.offer)
        .where(tables.offers.c.tracked, tables.offers.c.gone.is_(False))
        .where(tables.mirror.c.may_rise > 0, tables.mirror.c.may_rise_until <= now)
        .distinct()
    )
    return [OfferId(row) for row in (await session.scalars(query)).all()]


def is_overdue(row: Expectation, at: datetime) -> bool:
    """Whether cancelled pieces should have been back by then."""
    until = row.may_rise_until
    return row.may_rise > 0 and until is not None and until <= at


async def count_the_return(
    session: AsyncSession, offer: OfferId, place: str, row: Expectation
) -> Expectation:
    """They are back by now, whatever became of the write beside them: what is expected then."""
    mine, back = tables.mirror.c, row.may_rise
    await change(
        session,
        offer,
        place,
        quantity=mine.quantity + back,
        pending=mine.pending + back,
        may_rise=0,
        may_rise_until=None,
        rise_unsure=False,
    )
    return replace(
        row,
        quantity=row.quantity + back,
        pending=None if row.pending is None else row.pending + back,
        may_rise=0,
        may_rise_until=None,
        rise_unsure=False,
    )


async def forget_rise(session: AsyncSession, offer: OfferId, place: str) -> None:
    """A reading after the time showed nothing back: the marketplace will not put it back."""
    await change(session, offer, place, may_rise=0, may_rise_until=None, rise_unsure=False)
