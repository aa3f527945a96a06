"""Read the book: now, at any moment, and whether it adds up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, false, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import LocationId, OfferId, ShopId, Sku
from peg.domain.stock import Cause, StockLevel
from peg.ledger import tables
from peg.ledger.book import Position, level_of, position_of
from peg.ledger.tables import PARTS, entries
from peg.ledger.unknown import unknown_sku

POSITIONS_PER_PAGE = 500


@dataclass(frozen=True, slots=True)
class Span:
    """Items in SKU order, from behind one up to another; None: to the end, or from the start."""

    after: str | None = None
    upto: str | None = None

    def holds(self, table: Table) -> ColumnElement[bool]:
        """Of a table's rows, those of its items."""
        mine = table.c.sku > (self.after or "")
        return mine if self.upto is None else mine & (table.c.sku <= self.upto)


EVERYTHING = Span()


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


async def available(session: AsyncSession) -> Mapping[Sku, int]:
    """What may still be promised of every item."""
    found: dict[Sku, int] = {}
    after = ""
    while page := await positions(session, after=after):
        after = page[-1].sku
        found |= {one.sku: one.level.available for one in page}
    return found


async def given_back(session: AsyncSession, sku: Sku, shop: ShopId, *, since: datetime) -> int:
    """Pieces of an item that cancelled orders of a shop have made available since a moment."""
    net = func.sum(entries.c.on_hand - entries.c.committed)
    by_order = (
        select(net)
        .where(entries.c.sku == sku, entries.c.posted_at >= since)
        .where(entries.c.cause == Cause.ORDER, entries.c.source == shop)
        .group_by(entries.c.reference)
        .having(net > 0)
    )
    return sum(await session.scalars(by_order))


async def came_back_after(session: AsyncSession, sku: Sku, shop: ShopId, moment: datetime) -> int:
    """Pieces of an item that a shop's orders gave back after a moment of the shop's clock."""
    net = func.sum(entries.c.on_hand - entries.c.committed)
    by_change = (
        select(net)
        .where(entries.c.sku == sku, entries.c.happened_at > moment)
        .where(entries.c.cause == Cause.ORDER, entries.c.source == shop)
        .group_by(entries.c.reference, entries.c.posted_at)
        .having(net > 0)
    )
    return sum(await session.scalars(by_change))


async def net_of_order(
    session: AsyncSession, sku: Sku, shop: ShopId, order: str, *, since: datetime
) -> int:
    """Pieces of an item that one order has made available since a moment; below 0: taken."""
    query = (
        select(func.coalesce(func.sum(entries.c.on_hand - entries.c.committed), 0))
        .where(entries.c.sku == sku, entries.c.posted_at >= since)
        .where(entries.c.cause == Cause.ORDER)
        .where(entries.c.source == shop, entries.c.reference == order)
    )
    return int(await session.scalar(query) or 0)


async def typed_elsewhere(session: AsyncSession, sku: Sku, shop: ShopId, *, since: datetime) -> int:
    """Pieces of an item that people added by hand on other shops since a moment.

    Without those that were taken back after that: they are nowhere any more.
    """
    book = entries.c
    query = (
        select(book.source, book.reference, book.cause, book.on_hand)
        .where(book.sku == sku, book.posted_at >= since, book.source != shop)
        .where(book.cause.in_((Cause.EDITED, Cause.CORRECTED)))
        .order_by(book.id)
    )
    typed: dict[tuple[str, str], int] = {}
    for source, offer, cause, pieces in await session.execute(query):
        if pieces < 0 or cause == Cause.EDITED:
            typed[source, offer] = max(0, typed.get((source, offer), 0) + pieces)
    return sum(typed.values())


async def typed_in(
    session: AsyncSession, sku: Sku, offer: OfferId, shop: ShopId, *, since: datetime
) -> int:
    """Pieces of an item that were believed since a moment, as the shop showed them in an offer."""
    query = (
        select(func.coalesce(func.sum(entries.c.on_hand), 0))
        .where(entries.c.sku == sku, entries.c.posted_at >= since)
        .where(entries.c.source == shop, entries.c.reference == str(offer))
        .where(entries.c.cause.in_((Cause.EDITED, Cause.CORRECTED)))
    )
    return int((await session.execute(query)).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """Which sales are meant.

    Attributes:
        since, until: placed between these moments of the marketplace, both included.
        told_after: and heard of by PEG later than this.
        told_by: and heard of by PEG then at the latest.
    """

    since: datetime
    until: datetime
    told_after: datetime | None = None
    told_by: datetime | None = None


async def units_sold(session: AsyncSession, offer: OfferId, meant: Iterable[Sales]) -> int:
    """Units of an offer in orders that are meant at least once."""
    lines, orders = tables.order_lines.c, tables.orders.c
    parts = (lines.committed, lines.shipped, lines.restocked, lines.written_off)
    which = [
        orders.created_at.between(one.since, one.until)
        & (orders.heard_at > one.told_after if one.told_after is not None else true())
        & (orders.heard_at <= one.told_by if one.told_by is not None else true())
        for one in meant
    ]
    query = (
        select(func.coalesce(func.sum(sum(parts[1:], parts[0])), 0))
        .join(tables.orders, (orders.shop == lines.shop) & (orders.order_id == lines.order_id))
        .where(lines.offer == offer, or_(false(), *which))
    )
    return await session.scalar(query) or 0


async def sold_elsewhere_since(
    session: AsyncSession, sku: Sku, moment: datetime, *, besides: ShopId
) -> int:
    """Pieces of an item in orders that other shops than one have taken after a moment."""
    taken = tables.applied.c
    parts = (taken.committed, taken.shipped, taken.written_off)
    query = (
        select(func.coalesce(func.sum(sum(parts[1:], parts[0])), 0))
        .join(
            tables.orders,
            (tables.orders.c.shop == taken.shop) & (tables.orders.c.order_id == taken.order_id),
        )
        .where(taken.sku == sku, taken.shop != besides, tables.orders.c.created_at > moment)
    )
    return await session.scalar(query) or 0


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


async def wrong_sums(session: AsyncSession, span: Span = EVERYTHING) -> Sequence[Sku]:
    """Items whose entries do not add up to their places or their position (invariant I1)."""
    wrong = {
        Sku(sku)
        for ours, theirs in ((entries, tables.levels), (tables.levels, tables.positions))
        for sku in await session.scalars(_unequal(ours, theirs, span))
    }
    return sorted(wrong)


def _unequal(ours: Table, theirs: Table, span: Span) -> Select[Any]:
    both = union_all(
        select(ours.c.sku, *(ours.c[part] for part in PARTS)).where(span.holds(ours)),
        select(theirs.c.sku, *((-theirs.c[part]).label(part) for part in PARTS)).where(
            span.holds(theirs)
        ),
    ).subquery()
    differs = or_(*(func.sum(both.c[part]) != 0 for part in PARTS))
    return select(both.c.sku).group_by(both.c.sku).having(differs)


async def totals(session: AsyncSession) -> tuple[int, int]:
    """How many items the book has, and how many pieces of all of them may still be promised."""
    book = tables.positions.c
    free = book.on_hand - book.committed - book.reserved - book.safety_stock - book.suspended
    query = select(func.count(), func.coalesce(func.sum(free + book.oversold), 0))
    items, pieces = (await session.execute(query)).one()
    return items, pieces
