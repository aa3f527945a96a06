"""Read the book: now, at any moment, and whether it adds up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, Sku
from peg.domain.stock import StockLevel
from peg.ledger import tables
from peg.ledger.book import Position, level_of, position_of
from peg.ledger.tables import PARTS, entries
from peg.ledger.unknown import unknown_sku

POSITIONS_PER_PAGE = 500


async def position(session: AsyncSession, sku: Sku) -> Position:
    """One item over all places.

    Raises:
        UnknownSku: no such item.
    """
    query = select(tables.positions).where(tables.positions.c.sku == sku)
    row = (await session.execute(query)).mappings().first()
    if row is None:
        raise await unknown_sku(session, sku)
    return position_of(row)


async def positions(
    session: AsyncSession, *, after: str = "", limit: int = POSITIONS_PER_PAGE
) -> Sequence[Position]:
    """Items in SKU order, a page at a time: pass the last SKU as `after`."""
    query = select(tables.positions).where(tables.positions.c.sku > after)
    query = query.order_by(tables.positions.c.sku).limit(limit)
    return [position_of(row) for row in (await session.execute(query)).mappings()]


async def levels(session: AsyncSession, sku: Sku) -> Mapping[LocationId, StockLevel]:
    """One item, place by place."""
    return (await levels_of(session, [sku])).get(sku, {})


async def levels_of(
    session: AsyncSession, skus: Sequence[Sku]
) -> Mapping[Sku, Mapping[LocationId, StockLevel]]:
    """Some items, place by place; an item that lies nowhere is missing."""
    query = select(tables.levels).where(tables.levels.c.sku.in_(skus))
    found: dict[Sku, dict[LocationId, StockLevel]] = {}
    for row in (await session.execute(query)).mappings():
        found.setdefault(Sku(row["sku"]), {})[LocationId(row["location"])] = level_of(row)
    return found


async def level_at(session: AsyncSession, sku: Sku, at: datetime) -> StockLevel:
    """What the book knew of an item at a moment: the sum of what had been posted by then."""
    sums = [func.coalesce(func.sum(entries.c[part]), 0).label(part) for part in PARTS]
    query = select(*sums).where(entries.c.sku == sku, entries.c.posted_at <= at)
    return level_of((await session.execute(query)).mappings().one())


async def history(
    session: AsyncSession,
    sku: Sku,
    *,
    at: datetime | None = None,
    after: int | None = None,
    limit: int = 100,
) -> Sequence[Mapping[str, Any]]:
    """A page of an item's entries, posted at or before `at`, the newest first.

    `after` is the last entry of the page before.
    """
    query = select(entries).where(entries.c.sku == sku).order_by(entries.c.id.desc()).limit(limit)
    if at is not None:
        query = query.where(entries.c.posted_at <= at)
    if after is not None:
        query = query.where(entries.c.id < after)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def wrong_sums(session: AsyncSession) -> Sequence[Sku]:
    """Items whose entries do not add up to their position or their places (invariant I1)."""
    by_entries = await _sums(session, entries)
    by_place = await _sums(session, tables.levels)
    by_position = await _sums(session, tables.positions)
    nothing = (0,) * len(PARTS)
    return [
        sku
        for sku in sorted(by_entries.keys() | by_place.keys() | by_position.keys())
        if len({sums.get(sku, nothing) for sums in (by_entries, by_place, by_position)}) > 1
    ]


async def _sums(session: AsyncSession, table: Any) -> Mapping[Sku, tuple[int, ...]]:
    query = select(table.c.sku, *(func.sum(table.c[part]) for part in PARTS)).group_by(table.c.sku)
    return {Sku(row[0]): tuple(row[1:]) for row in await session.execute(query)}


async def totals(session: AsyncSession) -> tuple[int, int]:
    """How many items the book has, and how many pieces of all of them may still be promised."""
    book = tables.positions.c
    free = book.on_hand - book.committed - book.reserved - book.safety_stock - book.suspended
    query = select(func.count(), func.coalesce(func.sum(free + book.oversold), 0))
    items, pieces = (await session.execute(query)).one()
    return items, pieces
