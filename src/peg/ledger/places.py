"""At which place a sold piece counts."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import execute_all, insert_or_ignore, require_transaction
from peg.domain.identity import MAIN, POOL, LocationId, ShopId, Sku
from peg.ledger.book import level_of
from peg.ledger.tables import PARTS, levels


async def place_of_the_rest(
    session: AsyncSession,
    sku: Sku,
    shop: ShopId,
    places: Mapping[str, LocationId],
    *,
    before: LocationId | None,
) -> LocationId:
    """Where units count whose place the marketplace does not tell.

    Where such units of the line were applied `before`; else at the only place of the shop. A shop
    with several leaves them in the pool until it tells. A marketplace without places takes from
    where most is available.
    """
    if before is not None:
        return before
    if shop.startswith("shopify:"):
        return next(iter(places.values())) if len(places) == 1 else POOL
    return await fullest(session, sku)


async def open_places(session: AsyncSession, wanted: Mapping[Sku, Iterable[LocationId]]) -> None:
    """Items may lie there from now on, even if nothing does yet."""
    require_transaction(session)
    rows = [
        {"sku": sku, "location": location, **dict.fromkeys(PARTS, 0)}
        for sku, locations in sorted(wanted.items())
        for location in sorted(locations)
    ]
    await execute_all(session, insert_or_ignore(session, levels), rows)


async def fullest(session: AsyncSession, sku: Sku) -> LocationId:
    """The place with the most available pieces of an item; `main` for one that lies nowhere."""
    found = await available_by_place(session, sku)
    return min(found, key=lambda place: (-found[place], place), default=MAIN)


async def spread(
    session: AsyncSession, sku: Sku, pieces: int, *, first: LocationId | None = None
) -> Mapping[LocationId, int]:
    """From where to take pieces: `first` and then the fullest places; what lies nowhere from there.

    No place is taken below nothing while another has some.
    """
    found = await available_by_place(session, sku)
    taken: dict[LocationId, int] = {}
    left = pieces
    for place in sorted(found, key=lambda place: (place != first, -found[place], place)):
        if share := min(left, max(0, found[place])):
            taken[place] = share
            left -= share
    if left:
        place = first or await fullest(session, sku)
        taken[place] = taken.get(place, 0) + left
    return taken


async def available_by_place(session: AsyncSession, sku: Sku) -> Mapping[LocationId, int]:
    """What may be promised of an item at each real place."""
    query = select(levels).where(levels.c.sku == sku, levels.c.location != POOL)
    return {
        LocationId(row["location"]): level_of(row).available
        for row in (await session.execute(query)).mappings()
    }
