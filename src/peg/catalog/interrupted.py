"""Writes that were broken off: nobody hears their answer, so the mirror cannot know what stands."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.db.transaction import require_transaction
from peg.domain.identity import OfferId, ShopId


async def note_interrupted(session: AsyncSession, wanted: Sequence[OfferId] | None = None) -> int:
    """PEG was stopped, or stumbled, while writes to the `wanted` offers, or to all, were under way.

    They are doubtful now, and read before anything else is sent; how many figures that were.
    """
    mine = true() if wanted is None else tables.mirror.c.offer.in_(wanted)
    return await _note(session, mine)


async def note_shop_interrupted(session: AsyncSession, shop: ShopId) -> int:
    """The same for every write that was under way to one shop."""
    theirs = select(tables.offers.c.id).where(tables.offers.c.shop == shop)
    return await _note(session, tables.mirror.c.offer.in_(theirs))


async def unanswered(session: AsyncSession) -> frozenset[OfferId]:
    """The offers of which a write got no answer; they are few at any time."""
    query = select(tables.mirror.c.offer).where(tables.mirror.c.unanswered).distinct()
    return frozenset(await session.scalars(query))


async def _note(session: AsyncSession, mine: ColumnElement[bool]) -> int:
    require_transaction(session)
    statement = (
        update(tables.mirror)
        .where(mine, tables.mirror.c.pending.is_not(None), tables.mirror.c.unanswered.is_(False))
        .values(unanswered=True, version=tables.mirror.c.version + 1)
        .returning(tables.mirror.c.offer)
    )
    return len((await session.scalars(statement)).all())
