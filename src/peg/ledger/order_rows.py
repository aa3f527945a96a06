"""The rows behind orders: lines as told, and what has been applied of each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import upsert_all
from peg.domain.identity import LocationId, OfferId, ShopId, Sku
from peg.domain.order import STATES, TAKEN, LineSnapshot, OrderSnapshot, Share
from peg.ledger.line_effects import AppliedRow, Rows
from peg.ledger.order_headers import OrderKey, UnknownOrder
from peg.ledger.tables import applied, is_unresolved, order_lines, orders

Kept = Mapping[str, Any]
"""A line as it was told before."""


def line_row(
    order: OrderSnapshot,
    line: LineSnapshot,
    *,
    shares: Sequence[Share],
    assumed: str | None = None,
    unsure_inside: bool = False,
    offer: OfferId | None,
    resolved: bool,
) -> dict[str, Any]:
    """A line as told; it is not `resolved` while nobody knows for sure what it stands for."""
    return {
        "shop": order.shop,
        "order_id": order.order,
        "line": line.line,
        "sku": line.sku[:255],
        "title": line.title,
        "listing": line.ref.listing if line.ref else None,
        "variant": line.ref.variant if line.ref else None,
        "stock_unit": line.ref.stock_unit if line.ref else None,
        "offer": offer,
        "resolved": resolved,
        "committed": line.committed,
        "shipped": line.shipped,
        "restocked": line.restocked,
        "written_off": line.written_off,
        "shares": [asdict(share) for share in shares],
        "assumed_place": assumed,
        "unsure_inside": unsure_inside,
        "price_minor": line.price.minor if line.price else None,
        "currency": line.price.currency if line.price else None,
    }


def shares_kept(kept: Kept | None) -> tuple[Share, ...]:
    """Shares as they were kept; none of a line that was not."""
    return tuple(Share(**row) for row in kept["shares"]) if kept else ()


async def kept_lines(session: AsyncSession, order: OrderSnapshot) -> Mapping[str, Kept]:
    """The lines of an order as they were told before."""
    mine = (order_lines.c.shop == order.shop) & (order_lines.c.order_id == order.order)
    rows = (await session.execute(select(order_lines).where(mine))).mappings()
    return {row["line"]: dict(row) for row in rows}


async def keep_lines(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keep lines as told now."""
    await upsert_all(session, order_lines, rows, ["shop", "order_id", "line"])


async def applied_rows(session: AsyncSession, order: OrderSnapshot) -> Mapping[str, Rows]:
    """What has been applied of an order, by line, component and place."""
    mine = (applied.c.shop == order.shop) & (applied.c.order_id == order.order)
    query = select(applied).where(mine).order_by(applied.c.sku, applied.c.location)
    found: dict[str, dict[tuple[Sku, LocationId], AppliedRow]] = {}
    for row in (await session.execute(query)).mappings():
        fields = {name: row[name] for name in AppliedRow.__dataclass_fields__}
        key = Sku(row["sku"]), LocationId(row["location"])
        found.setdefault(row["line"], {})[key] = AppliedRow(**fields)
    return found


async def store_applied(
    session: AsyncSession, order: OrderSnapshot, rows: Iterable[tuple[str, AppliedRow]]
) -> None:
    """Note what has been applied of the components of lines."""
    values = [
        {
            "shop": order.shop,
            "order_id": order.order,
            "line": line,
            **{name: getattr(row, name) for name in AppliedRow.__dataclass_fields__},
        }
        for line, row in rows
    ]
    await upsert_all(session, applied, values, ["shop", "order_id", "line", "sku", "location"])


async def forget_applied(
    session: AsyncSession, order: OrderSnapshot, dropped: Iterable[tuple[str, Sku, LocationId]]
) -> None:
    """Lines turned out not to take these items, or not from there."""
    for line, sku, location in dropped:
        mine = (applied.c.shop == order.shop) & (applied.c.order_id == order.order)
        row = mine & (applied.c.line == line) & (applied.c.sku == sku)
        await session.execute(delete(applied).where(row, applied.c.location == location))


async def recent(
    session: AsyncSession, *, after: tuple[ShopId, str] | None = None, limit: int = 100
) -> Sequence[Mapping[str, Any]]:
    """A page of orders with their lines, the newest first: those behind the order `after`.

    The `pieces` of a line are what the book counts for it of each item; of one that nobody is sure
    of it holds more than can have been sold. Orders that come in meanwhile shift no page.

    Raises:
        UnknownOrder: no such order.
    """
    place = (orders.c.created_at, orders.c.shop, orders.c.order_id)
    query = select(orders).order_by(*(column.desc() for column in place)).limit(limit)
    if after is not None:
        shop, order = after
        mine = (orders.c.shop == shop) & (orders.c.order_id == order)
        created_at = await session.scalar(select(orders.c.created_at).where(mine))
        if created_at is None:
            raise UnknownOrder(shop, order)
        query = query.where(tuple_(*place) < (created_at, shop, order))
    return await _with_lines(session, query)


async def some(session: AsyncSession, wanted: Collection[OrderKey]) -> Sequence[Mapping[str, Any]]:
    """Some orders with their lines; those that are not kept are missing."""
    mine = tuple_(orders.c.shop, orders.c.order_id).in_(wanted)
    return await _with_lines(session, select(orders).where(mine))


async def created_since(session: AsyncSession, since: datetime) -> Sequence[OrderKey]:
    """Orders that were placed from a moment on."""
    query = select(orders.c.shop, orders.c.order_id).where(orders.c.created_at >= since)
    return [(row.shop, row.order_id) for row in await session.execute(query)]


async def lines_since(session: AsyncSession, shop: ShopId, since: datetime) -> int:
    """How many lines the orders have that were placed on a shop from a moment on; no test's."""
    theirs = (orders.c.shop == order_lines.c.shop) & (orders.c.order_id == order_lines.c.order_id)
    lately = (orders.c.shop == shop, orders.c.created_at >= since, orders.c.test.is_(False))
    query = select(func.count()).select_from(order_lines.join(orders, theirs)).where(*lately)
    return await session.scalar(query) or 0


async def _with_lines(session: AsyncSession, query: Select[Any]) -> Sequence[Mapping[str, Any]]:
    found = [{**row, "lines": []} for row in (await session.execute(query)).mappings()]
    page = query.subquery()
    lines = select(order_lines).join(
        page, (order_lines.c.shop == page.c.shop) & (order_lines.c.order_id == page.c.order_id)
    )
    of_page = (applied.c.shop == page.c.shop) & (applied.c.order_id == page.c.order_id)
    pieces = await _pieces(session, _applied_pieces(STATES).join(page, of_page))
    of = {(order["shop"], order["order_id"]): order["lines"] for order in found}
    for row in (await session.execute(lines.order_by(order_lines.c.line))).mappings():
        order = row["shop"], row["order_id"]
        of[order].append({**row, "pieces": pieces.get((*order, row["line"]), {})})
    return found


def _applied_pieces(states: Sequence[str]) -> Select[Any]:
    """Of each line and item, those that are in one of these states."""
    pieces = sum((applied.c[state] for state in states), start=literal(0))
    which = (applied.c.shop, applied.c.order_id, applied.c.line, applied.c.sku)
    return select(*which, func.sum(pieces)).group_by(*which).order_by(applied.c.sku)


async def _pieces(
    session: AsyncSession, query: Select[Any]
) -> Mapping[tuple[str, str, str], Mapping[Sku, int]]:
    """By line, how many of each item the book counts for it."""
    found: dict[tuple[str, str, str], dict[Sku, int]] = {}
    for shop, order, line, sku, pieces in await session.execute(query):
        found.setdefault((shop, order, line), {})[Sku(sku)] = int(pieces)
    return found


async def unresolved(session: AsyncSession) -> Sequence[Mapping[str, Any]]:
    """Lines that nobody could assign to an item for sure, while they take anything.

    Their `pieces` are what is held for them.
    """
    taken = sum((order_lines.c[state] for state in TAKEN), start=literal(0))
    query = (
        select(order_lines, orders.c.name, orders.c.created_at)
        .join(
            orders,
            (orders.c.shop == order_lines.c.shop) & (orders.c.order_id == order_lines.c.order_id),
        )
        .where(is_unresolved, taken > 0)
        .order_by(orders.c.created_at)
    )
    which = ("shop", "order_id", "line")
    of_line = and_(*(applied.c[name] == order_lines.c[name] for name in which))
    of_unresolved = _applied_pieces(TAKEN).join(order_lines, of_line).where(is_unresolved)
    held = await _pieces(session, of_unresolved)
    return [
        {**row, "pieces": held.get((row["shop"], row["order_id"], row["line"]), {})}
        for row in (await session.execute(query)).mappings()
    ]


async def newest_paid_at(
    session: AsyncSession, shop: ShopId, *, before: datetime
) -> datetime | None:
    """When the newest paid order of a shop `before` a moment was placed; None: there is none."""
    newest: datetime | None = await session.scalar(
        select(func.max(orders.c.created_at)).where(
            orders.c.shop == shop, orders.c.paid, orders.c.created_at < before
        )
    )
    return newest
