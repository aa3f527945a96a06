"""At which place a piece counts that is sold, kept or missing."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import execute_all, insert_or_ignore, require_transaction
from peg.domain.identity import MAIN, POOL, LocationId, ShopId, Sku
from peg.ledger.book import Posting, level_of
from peg.ledger.tables import PARTS, levels


def tells_places(shop: ShopId) -> bool:
    """Whether a shop counts what it sells by places; Etsy knows none."""
    return shop.startswith("shopify:")


def place_of_the_rest(places: Mapping[str, LocationId], *, before: LocationId | None) -> LocationId:
    """Where units count whose place a shop that has places does not tell.

    Where such units of the line were applied `before`; else at the only place of the shop. A shop
    with several leaves them in the pool until it tells.
    """
    if before is not None:
        return before
    return next(iter(places.values())) if len(places) == 1 else POOL


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
    return _fullest(await available_by_place(session, sku))


async def spread(
    session: AsyncSession,
    sku: Sku,
    pieces: int,
    *,
    first: LocationId | None = None,
    before: Iterable[Posting] = (),
) -> Mapping[LocationId, int]:
    """From where to take pieces: `first` and then the fullest places; what lies nowhere from there.

    No place is taken below nothing while another has some. `before` is what will be posted first.
    """
    found = dict(await available_by_place(session, sku))
    for posting in before:
        if posting.sku == sku and posting.location != POOL:
            found[posting.location] = found.get(posting.location, 0) + posting.d_available
    taken: dict[LocationId, int] = {}
    left = pieces
    for place in sorted(found, key=lambda place: (place != first, -found[place], place)):
        if share := min(left, max(0, found[place])):
            taken[place] = share
            left -= share
    if left:
        place = first or _fullest(found)
        taken[place] = taken.get(place, 0) + left
    return taken


async def available_by_place(session: AsyncSession, sku: Sku) -> Mapping[LocationId, int]:
    """What may be promised of an item at each real place."""
    query = select(levels).where(levels.c.sku == sku, levels.c.location != POOL)
    return {
        LocationId(row["location"]): level_of(row).available
        for row in (await session.execute(query)).mappings()
    }


def _fullest(found: Mapping[LocationId, int]) -> LocationId:
    return min(found, key=lambda place: (-found[place], place), default=MAIN)
