"""The rows behind orders: headers, lines as told, and what has been applied of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import upsert
from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.ledger.tables import applied, order_lines, orders


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRow:
    """What the book holds of one component of a line, in pieces of that component."""

    sku: Sku
    location: LocationId
    need: int
    committed: int
    shipped: int
    restocked: int
    written_off: int

    @classmethod
    def of(cls, line: LineSnapshot, *, sku: Sku, need: int, location: LocationId) -> "AppliedRow":
        """What a line's snapshot asks for."""
        return cls(
            sku=sku,
            location=location,
            need=need,
            committed=need * line.committed,
            shipped=need * line.shipped,
            restocked=need * line.restocked,
            written_off=need * line.written_off,
        )

    @property
    def gone(self) -> int:
        """Pieces no longer on the shelf."""
        return self.shipped + self.written_off

    @property
    def taken(self) -> int:
        """Pieces that the marketplace has taken off what it shows."""
        return self.committed + self.gone


async def known_header(
    session: AsyncSession, order: OrderSnapshot
) -> tuple[datetime, datetime] | None:
    """How new the applied snapshot is: the marketplace's word first, then when it was fetched."""
    query = select(orders.c.updated_at, orders.c.fetched_at).where(
        orders.c.shop == order.shop, orders.c.order_id == order.order
    )
    row = (await session.execute(query)).first()
    return (row.updated_at, row.fetched_at) if row else None


async def keep_header(session: AsyncSession, order: OrderSnapshot, *, now: datetime) -> None:
    """Keep the order itself, always."""
    row = {
        "shop": order.shop,
        "order_id": order.order,
        "name": order.name,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "fetched_at": order.fetched_at,
        "cancelled_at": order.cancelled_at,
        "paid": order.paid,
        "complete": order.complete,
        "test": order.test,
        "taken_in_at": now,
    }
    await session.execute(upsert(session, orders, row, ["shop", "order_id"]))


async def keep_line(
    session: AsyncSession,
    order: OrderSnapshot,
    line: LineSnapshot,
    *,
    offer: OfferId | None,
    resolved: bool,
) -> None:
    """Keep a line as told; it is not `resolved` while nobody knows what it stands for."""
    row = {
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
        "remote_location": line.remote_location,
        "price_minor": line.price.minor if line.price else None,
        "currency": line.price.currency if line.price else None,
    }
    await session.execute(upsert(session, order_lines, row, ["shop", "order_id", "line"]))


async def applied_rows(
    session: AsyncSession, order: OrderSnapshot
) -> Mapping[str, Mapping[Sku, AppliedRow]]:
    """What has been applied of an order, by line and component."""
    query = select(applied).where(applied.c.shop == order.shop, applied.c.order_id == order.order)
    found: dict[str, dict[Sku, AppliedRow]] = {}
    for row in (await session.execute(query)).mappings():
        fields = {name: row[name] for name in AppliedRow.__dataclass_fields__}
        found.setdefault(row["line"], {})[Sku(row["sku"])] = AppliedRow(**fields)
    return found


async def store_applied(
    session: AsyncSession, order: OrderSnapshot, line: str, row: AppliedRow
) -> None:
    """Note what has been applied of one component of a line."""
    values = {
        "shop": order.shop,
        "order_id": order.order,
        "line": line,
        **{name: getattr(row, name) for name in AppliedRow.__dataclass_fields__},
    }
    await session.execute(upsert(session, applied, values, ["shop", "order_id", "line", "sku"]))


async def recent(session: AsyncSession, *, limit: int = 100) -> Sequence[Mapping[str, Any]]:
    """The newest orders with their lines."""
    query = select(orders).order_by(orders.c.created_at.desc()).limit(limit)
    found = [dict(row) for row in (await session.execute(query)).mappings()]
    for order in found:
        lines = select(order_lines).where(
            order_lines.c.shop == order["shop"], order_lines.c.order_id == order["order_id"]
        )
        order["lines"] = [dict(row) for row in (await session.execute(lines)).mappings()]
    return found


async def unresolved(session: AsyncSession, *, limit: int = 500) -> Sequence[Mapping[str, Any]]:
    """Lines that nobody could assign to an item: kept, counted nowhere, to be mapped."""
    query = (
        select(order_lines, orders.c.name, orders.c.created_at)
        .join(
            orders,
            (orders.c.shop == order_lines.c.shop) & (orders.c.order_id == order_lines.c.order_id),
        )
        .where(order_lines.c.resolved.is_(False))
        .order_by(orders.c.created_at)
        .limit(limit)
    )
    return [dict(row) for row in (await session.execute(query)).mappings()]
