"""Give a place to what lies at none, once a marketplace that counts by place sells the item."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import add_up
from peg.domain.identity import MAIN, LocationId, Sku
from peg.domain.order import STATES
from peg.domain.stock import NOTHING, Cause, StockLevel
from peg.ledger.book import Posting, lock, post
from peg.ledger.places import open_places
from peg.ledger.queries import levels_of
from peg.ledger.tables import PARTS, applied, held, levels, suspense

PIECES = (*STATES, "brought")
"""What is counted of a line at a place."""


async def settle(
    session: AsyncSession, wanted: Mapping[Sku, Mapping[LocationId, int]], *, now: datetime
) -> None:
    """Move the pieces of items from no place (`MAIN`) to where a marketplace says they lie.

    Args:
        session: the task's transaction.
        wanted: by item, how many should be available at each place. What is left over, and all
            that is sold or held already, goes to the first of the fullest ones.
        now: when it is posted.

    Raises:
        UnknownSku: one of the items was never opened.
    """
    places = {
        sku: sorted(lies.keys() - {MAIN}, key=lambda place: (-lies[place], place))
        for sku, lies in wanted.items()
        if lies.keys() - {MAIN}
    }
    await lock(session, places)
    await open_places(session, places)
    there = await levels_of(session, sorted(places))
    homeless = [sku for sku in sorted(places) if MAIN in there[sku]]
    postings = [
        posting
        for sku in homeless
        for posting in _moves(
            sku,
            there[sku][MAIN],
            _shares(there[sku][MAIN], places[sku], wanted[sku], there[sku]),
            now=now,
        )
    ]
    await post(session, postings, now=now)
    await _follow(session, {sku: places[sku][0] for sku in homeless})


async def _follow(session: AsyncSession, homes: Mapping[Sku, LocationId]) -> None:
    """What comes back later of these items comes back to their homes, and `MAIN` is forgotten."""
    by_home: dict[LocationId, list[Sku]] = {}
    for sku, home in homes.items():
        by_home.setdefault(home, []).append(sku)
    for home, skus in by_home.items():
        for table in (held, suspense):
            mine = table.c.sku.in_(skus) & (table.c.location == MAIN)
            await session.execute(update(table).where(mine).values(location=home))
        await _follow_lines(session, skus, home)
    empty = levels.c.sku.in_(list(homes)) & (levels.c.location == MAIN)
    await session.execute(delete(levels).where(empty))


async def _follow_lines(session: AsyncSession, skus: Sequence[Sku], home: LocationId) -> None:
    """What a line took from `MAIN` it takes from there, with what it took from there before."""
    mine = applied.c.sku.in_(skus) & (applied.c.location == MAIN)
    moved = [
        literal(home) if column is applied.c.location else column for column in applied.columns
    ]
    keys = applied.primary_key.columns.keys()
    await add_up(session, applied, select(*moved).where(mine), keys=keys, sums=PIECES)
    await session.execute(delete(applied).where(mine))


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
