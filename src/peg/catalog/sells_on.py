"""Offers that their shop sells whatever their figure says: no zero that PEG writes stops a sale.

Shopify does so with what it does not count ("Track quantity" is not ticked), and with what it is
told to go on selling ("Continue selling when out of stock" is ticked).
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, tables
from peg.catalog.offers import Offer
from peg.db.transaction import require_transaction
from peg.domain.identity import OfferId


async def note(session: AsyncSession, offer: OfferId, *, tracked: bool, oversells: bool) -> None:
    """Its shop was seen to count it, or not, and to sell it on, or not."""
    require_transaction(session)
    change = update(tables.offers).where(tables.offers.c.id == offer)
    await session.execute(change.values(tracked=tracked, oversells=oversells))


async def newly(session: AsyncSession) -> Sequence[Offer]:
    """Those of known pieces that were not told of since they began to; from now on they were."""
    require_transaction(session)
    mine = tables.offers.c
    await session.execute(
        update(tables.offers).where(mine.sells_on_told, ~_sells_on()).values(sells_on_told=False)
    )
    mapped = exists().where(tables.components.c.offer == mine.id)
    fresh = select(mine.id).where(
        _sells_on(), mapped, mine.gone.is_(False), mine.sells_on_told.is_(False)
    )
    found = [OfferId(key) for key in await session.scalars(fresh.order_by(mine.id))]
    known = await offers.by_ids(session, found)
    for key in known:
        told = update(tables.offers).where(mine.id == key)
        await session.execute(told.values(sells_on_told=True))
    return list(known.values())


def _sells_on() -> ColumnElement[bool]:
    return or_(tables.offers.c.tracked.is_(False), tables.offers.c.oversells)
