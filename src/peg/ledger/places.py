"""At which place a sold piece counts."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import MAIN, POOL, LocationId, ShopId, Sku
from peg.domain.order import LineSnapshot
from peg.ledger.book import level_of
from peg.ledger.order_rows import AppliedRow
from peg.ledger.tables import levels


async def place_for(
    session: AsyncSession,
    sku: Sku,
    shop: ShopId,
    line: LineSnapshot,
    before: AppliedRow | None,
    places: Mapping[str, LocationId],
) -> LocationId:
    """The place a line's pieces are taken from.

    The marketplace's own word counts; without it the place applied before; then the only place of
    the shop. A shop with several leaves the line in the pool until it tells. A marketplace without
    places takes from where most is available.
    """
    told = places.get(line.remote_location) if line.remote_location else None
    if told is not None:
        return told
    if before is not None:
        return before.location
    if shop.startswith("shopify:"):
        return next(iter(places.values())) if len(places) == 1 else POOL
    return await fullest(session, sku)


async def fullest(session: AsyncSession, sku: Sku) -> LocationId:
    """The place with the most available pieces of an item; `main` for one that lies nowhere."""
    query = select(levels).where(levels.c.sku == sku, levels.c.location != POOL)
    found = [
        (-level_of(row).available, row["location"])
        for row in (await session.execute(query)).mappings()
    ]
    return LocationId(min(found)[1]) if found else MAIN
