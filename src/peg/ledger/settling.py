"""Give a place to what lies at none, once a marketplace that counts by place sells the item."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import MAIN, LocationId, Sku
from peg.domain.stock import NOTHING, Cause, StockLevel
from peg.ledger.book import Posting, lock, post
from peg.ledger.places import open_places
from peg.ledger.queries import levels
from peg.ledger.tables import PARTS, applied, holds, suspense
from peg.ledger.tables import levels as level_rows


async def settle(
    session: AsyncSession, sku: Sku, lies: Mapping[LocationId, int], *, now: datetime
) -> None:
    """Move the pieces of an item from no place (`MAIN`) to where a marketplace says they lie.

    Args:
        session: the task's transaction.
        sku: the item.
        lies: how many should be available at each place. What is left over, and all that is
            sold or held already, goes to the first of the fullest ones.
        now: when it is posted.

    Raises:
        UnknownSku: no such item.
    """
    places = sorted(lies.keys() - {MAIN}, key=lambda place: (-lies[place], place))
    if not places:
        return
    await lock(session, [sku])
    await open_places(session, {sku: places})
    there = await levels(session, sku)
    homeless = there.get(MAIN)
    if homeless is None:
        return
    shares = _shares(homeless, places, lies, there)
    await post(session, _moves(sku, homeless, shares, now=now), now=now)
    for table in (applied, holds, suspense):  # what comes back later comes back to the new place
        mine = (table.c.sku == sku) & (table.c.location == MAIN)
        await session.execute(update(table).where(mine).values(location=places[0]))
    empty = (level_rows.c.sku == sku) & (level_rows.c.location == MAIN)
    await session.execute(delete(level_rows).where(empty))


def _shares(
    homeless: StockLevel,
    places: Sequence[LocationId],
    lies: Mapping[LocationId, int],
    there: Mapping[LocationId, StockLevel],
) -> Mapping[LocationId, StockLevel]:
    """What each place gets; the first takes all that the others do not."""
    left = max(0, homeless.available)
    shares = {}
    for place in places[1:]:
        more = min(left, max(0, lies[place] - there[place].available))
        shares[place] = StockLevel(on_hand=more)
        left -= more
    away = sum(share.on_hand for share in shares.values())
    return {places[0]: homeless + StockLevel(on_hand=-away), **shares}


def _moves(
    sku: Sku, homeless: StockLevel, shares: Mapping[LocationId, StockLevel], *, now: datetime
) -> list[Posting]:
    return [
        Posting(
            sku=sku,
            location=location,
            **{part: sign * getattr(level, part) for part in PARTS},
            cause=Cause.MOVED,
            source="import",
            reference=f"to {location}" if sign > 0 else "from no place",
            happened_at=now,
            note="a marketplace says where they lie",
        )
        for location, level, sign in (
            (MAIN, homeless, -1),
            *((location, level, 1) for location, level in shares.items()),
        )
        if level != NOTHING
    ]
