"""What must be true of the book at every moment, asked of a part of it at a time.

Each question is one statement that gives only what is wrong: of a sound book it is cheap.
"""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    case,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import POOL, LocationId, Sku
from peg.domain.stock import Cause
from peg.ledger.queries import EVERYTHING, Span
from peg.ledger.tables import applied, cases, entries, levels, order_lines, positions

STATES = ("committed", "shipped", "restocked", "written_off")


async def next_span(session: AsyncSession, after: str | None, *, items: int) -> Span:
    """So many items behind one; the last span is open, so that no row is outside of all."""
    query = select(positions.c.sku).where(positions.c.sku > (after or ""))
    upto = await session.scalar(query.order_by(positions.c.sku).offset(items - 1).limit(1))
    return Span(after, upto)


async def below_zero_without_case(
    session: AsyncSession, span: Span = EVERYTHING
) -> Sequence[tuple[Sku, int, int]]:
    """Items that are oversold by other than their open case says: by how many, and what it says."""
    held = positions.c.committed + positions.c.reserved + positions.c.safety_stock
    free = positions.c.on_hand - held - positions.c.suspended
    missing = case((free < 0, -free), else_=0)
    told = func.coalesce(cases.c.oversold, 0)
    query = (
        select(positions.c.sku, missing, told)
        .outerjoin(cases, (cases.c.sku == positions.c.sku) & cases.c.closed_at.is_(None))
        .where(span.holds(positions))
        .where(or_(missing != told, positions.c.oversold != missing))
        .order_by(positions.c.sku)
    )
    return [(Sku(sku), by, said) for sku, by, said in await session.execute(query)]


async def short_at_a_place(session: AsyncSession) -> Sequence[tuple[Sku, LocationId, int]]:
    """Items of which more is sold or kept at a place than lies there, though others have enough.

    Nothing is untrue of the book then: a shop may assign an order to a place that has none. But
    the shelves are not as the book has them, and only somebody who counts can say how they are.
    """
    held = levels.c.committed + levels.c.reserved + levels.c.safety_stock + levels.c.suspended
    query = (
        select(levels.c.sku, levels.c.location, held - levels.c.on_hand)
        .join(positions, positions.c.sku == levels.c.sku)
        .where(levels.c.location != POOL, held > levels.c.on_hand, positions.c.oversold == 0)
        .order_by(levels.c.sku, levels.c.location)
    )
    found = await session.execute(query)
    return [(Sku(sku), LocationId(place), pieces) for sku, place, pieces in found]


async def orders_counted_wrongly(
    session: AsyncSession, span: Span = EVERYTHING
) -> Sequence[tuple[str, str, Sku]]:
    """Orders of which the book has posted more or less of an item than was applied: shop and id."""
    both = union_all(
        select(
            entries.c.source.label("shop"),
            entries.c.reference.label("order_id"),
            entries.c.sku,
            entries.c.committed,
        ).where(span.holds(entries), entries.c.cause == Cause.ORDER.value),
        select(
            applied.c.shop,
            applied.c.order_id,
            applied.c.sku,
            (-applied.c.committed).label("committed"),
        ).where(span.holds(applied)),
    ).subquery()
    which = (both.c.shop, both.c.order_id, both.c.sku)
    query = select(*which).group_by(*which).having(func.sum(both.c.committed) != 0)
    return [(shop, order, Sku(sku)) for shop, order, sku in await session.execute(query)]


async def lines_applied_wrongly(
    session: AsyncSession, span: Span = EVERYTHING
) -> Sequence[tuple[str, str, str]]:
    """Lines of which something else was applied than was told: shop, order and line.

    What a line takes of an item may lie at several places.
    """
    wanted = func.max(applied.c.need)
    key = (applied.c.shop, applied.c.order_id, applied.c.line)
    differs = or_(
        *(func.sum(applied.c[name]) != func.max(order_lines.c[name]) * wanted for name in STATES)
    )
    query = (
        select(*key)
        .join(order_lines, _same_line(), isouter=True)
        .where(span.holds(applied))
        .group_by(*key, applied.c.sku)
        .having(or_(func.count(order_lines.c.line) == 0, differs))
        .distinct()
    )
    return [(shop, order, line) for shop, order, line in await session.execute(query)]


async def lines_not_applied(
    session: AsyncSession, after: tuple[str, str] = ("", ""), *, orders: int = 1_000
) -> tuple[Sequence[tuple[str, str, str]], tuple[str, str] | None]:
    """Lines that are known for sure and moved nothing, among so many orders; and where to go on."""
    shop, order = after
    behind = (order_lines.c.shop > shop) | (
        (order_lines.c.shop == shop) & (order_lines.c.order_id > order)
    )
    key = (order_lines.c.shop, order_lines.c.order_id)
    page = select(*key).where(behind).group_by(*key).order_by(*key).limit(orders).subquery()
    last = await session.execute(
        select(page.c.shop, page.c.order_id).order_by(page.c.shop.desc(), page.c.order_id.desc())
    )
    ends = last.first()
    same_order = (order_lines.c.shop == page.c.shop) & (order_lines.c.order_id == page.c.order_id)
    query = (
        select(*key, order_lines.c.line)
        .join(page, same_order)
        .join(applied, _same_line(), isouter=True)
        .where(order_lines.c.resolved, applied.c.line.is_(None))
    )
    found = [(shop, order, line) for shop, order, line in await session.execute(query)]
    return found, (ends.shop, ends.order_id) if ends else None


def _same_line() -> ColumnElement[bool]:
    return (
        (order_lines.c.shop == applied.c.shop)
        & (order_lines.c.order_id == applied.c.order_id)
        & (order_lines.c.line == applied.c.line)
    )
