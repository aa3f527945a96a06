"""Where a sale may have been taken from, while its marketplace does not tell."""

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.catalog.mirror import expected_of
from peg.domain.identity import OfferId, OfferRef, ShopId
from peg.ledger import suspense


async def place_of_sale(session: AsyncSession, offer: OfferId) -> str | None:
    """Where the marketplace may have taken a sale from, while it does not tell.

    Where a piece is missed, since the sale explains it; else where most is.
    """
    missed_at = await suspense.missed_at(session, offer)
    if missed_at is not None:
        return missed_at
    rows = (await expected_of(session, [offer])).get(offer, {})
    return min(rows, key=lambda place: (-rows[place].quantity, place), default=None)


async def several_places(
    session: AsyncSession, shop: ShopId, refs: Sequence[OfferRef], *, showing: bool
) -> bool:
    """Whether any of a shop's offers stands at more than one place, or shows pieces at several."""
    names = tuple_(tables.offers.c.listing, tables.offers.c.variant)
    query = (
        select(tables.mirror.c.offer)
        .join(tables.offers, tables.offers.c.id == tables.mirror.c.offer)
        .where(
            tables.offers.c.shop == shop, names.in_([(ref.listing, ref.variant) for ref in refs])
        )
        .group_by(tables.mirror.c.offer)
        .having(func.count() > 1)
        .limit(1)
    )
    if showing:
        query = query.where(tables.mirror.c.quantity > 0)
    return await session.scalar(query) is not None
