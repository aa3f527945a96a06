"""At which place a piece counts that is sold, kept or missing."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import execute_all, insert_or_ignore, require_transaction
from peg.domain.identity import MAIN, POOL, LocationId, ShopId, Sku
from peg.domain.stock import StockLevel
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

    What may be promised goes first, then what is kept for somebody: no shelf is taken below nothing
    while another has some. `before` is what will be posted first.
    """
    levels_there = await _levels_by_place(session, sku)
    free = {place: level.available for place, level in levels_there.items()}
    lying = {place: level.on_hand for place, level in levels_there.items()}
    for posting in before:
        if posting.sku == sku and posting.location != POOL:
            place = posting.location
            free[place] = free.get(place, 0) + posting.d_available
            lying[place] = lying.get(place, 0) + posting.on_hand
    taken = _deal(pieces, free, first=first)
    kept = {place: count - taken.get(place, 0) for place, count in lying.items()}
    more = _deal(pieces - sum(taken.values()), kept, first=first)
    left = pieces - sum(taken.values()) - sum(more.values())
    rest = {first or _fullest(free): left} if left else {}
    return _added(taken, more, rest)


async def put_away(session: AsyncSession, sku: Sku, pieces: int) -> Mapping[LocationId, int]:
    """Where pieces go that came in: to what is short first, then to the fullest place."""
    free = await available_by_place(session, sku)
    short = {place: -count for place, count in free.items() if count < 0}
    filled = _deal(pieces, short)
    left = pieces - sum(filled.values())
    return _added(filled, {_fullest(free): left} if left else {})


async def available_by_place(session: AsyncSession, sku: Sku) -> Mapping[LocationId, int]:
    """What may be promised of an item at each real place."""
    found = await _levels_by_place(session, sku)
    return {place: level.available for place, level in found.items()}


async def _levels_by_place(session: AsyncSession, sku: Sku) -> Mapping[LocationId, StockLevel]:
    query = select(levels).where(levels.c.sku == sku, levels.c.location != POOL)
    return {
        LocationId(row["location"]): level_of(row)
        for row in (await session.execute(query)).mappings()
    }


def _deal(
    pieces: int, room: Mapping[LocationId, int], *, first: LocationId | None = None
) -> Mapping[LocationId, int]:
    """Up to so many pieces, from where there are most on."""
    dealt: dict[LocationId, int] = {}
    for place in sorted(room, key=lambda place: (place != first, -room[place], place)):
        if share := min(pieces, max(0, room[place])):
            dealt[place] = share
            pieces -= share
    return dealt


def _added(*parts: Mapping[LocationId, int]) -> Mapping[LocationId, int]:
    total: dict[LocationId, int] = {}
    for part in parts:
        for place, pieces in part.items():
            total[place] = total.get(place, 0) + pieces
    return total


def _fullest(found: Mapping[LocationId, int]) -> LocationId:
    return min(found, key=lambda place: (-found[place], place), default=MAIN)
