"""Orders as they were kept: to be taken in again once their lines are known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import OfferId, OfferRef, ShopId, Sku
from peg.domain.money import Money
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.ledger.order_headers import never_sold_of
from peg.ledger.order_rows import shares_kept
from peg.ledger.tables import applied, is_unresolved, order_lines, orders


async def unresolved_orders(session: AsyncSession) -> Sequence[tuple[ShopId, str]]:
    """Orders with a line that nobody could assign to an item yet, oldest first."""
    query = (
        select(orders.c.shop, orders.c.order_id)
        .join(
            order_lines,
            (order_lines.c.shop == orders.c.shop) & (order_lines.c.order_id == orders.c.order_id),
        )
        .where(is_unresolved)
        .group_by(orders.c.shop, orders.c.order_id, orders.c.created_at)
        .order_by(orders.c.created_at)
    )
    return [(ShopId(row.shop), row.order_id) for row in await session.execute(query)]


async def unresolved_refs(session: AsyncSession) -> Sequence[OfferRef]:
    """The offers that such lines name."""
    columns = [order_lines.c[name] for name in ("shop", "listing", "variant", "stock_unit")]
    query = select(*columns).where(is_unresolved, order_lines.c.listing.is_not(None)).distinct()
    found = (await session.execute(query.order_by(*columns))).mappings()
    return [_ref(ShopId(row["shop"]), row) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Units of an offer that a line took: at most held for it, while nobody knows what it sells."""

    ref: OfferRef
    order: str
    line: str
    units: int
    created_at: datetime
    heard_at: datetime


async def waiting_lines(
    session: AsyncSession, refs: Sequence[OfferRef], *, unheld: Sku | None = None
) -> Sequence[Waiting]:
    """Lines of some offers that could not be assigned to an item yet.

    Those that hold pieces of the item `unheld` meanwhile are left out.
    """
    same_line = [applied.c[name] == order_lines.c[name] for name in ("shop", "order_id", "line")]
    named = {(ref.shop, ref.listing, ref.variant): ref for ref in refs}
    query = (
        select(order_lines, orders.c.created_at, orders.c.heard_at)
        .join(
            orders,
            (order_lines.c.shop == orders.c.shop) & (order_lines.c.order_id == orders.c.order_id),
        )
        .where(is_unresolved, order_lines.c.listing.in_(sorted({ref.listing for ref in refs})))
        .where(~exists().where(*same_line, applied.c.sku == unheld))
        .order_by(orders.c.created_at)
    )
    found = []
    for row in (await session.execute(query)).mappings():
        ref = named.get((row["shop"], row["listing"], row["variant"] or ""))
        if ref is not None:
            units = row["committed"] + row["shipped"] + row["written_off"]
            told = {name: row[name] for name in ("line", "created_at", "heard_at")}
            found.append(Waiting(ref=ref, order=row["order_id"], units=units, **told))
    return found


async def kept_order(session: AsyncSession, shop: ShopId, order: str) -> OrderSnapshot:
    """The newest snapshot of an order, as it was kept."""
    where = (orders.c.shop == shop) & (orders.c.order_id == order)
    header = (await session.execute(select(orders).where(where))).mappings().one()
    lines = (
        select(order_lines)
        .where(order_lines.c.shop == shop, order_lines.c.order_id == order)
        .order_by(order_lines.c.line)
    )
    return OrderSnapshot(
        shop=shop,
        order=order,
        name=header["name"],
        created_at=header["created_at"],
        updated_at=header["updated_at"],
        fetched_at=header["fetched_at"],
        lines=[_line(shop, row) for row in (await session.execute(lines)).mappings()],
        paid=header["paid"],
        cancelled_at=header["cancelled_at"],
        complete=header["complete"],
        test=header["test"],
        never_sold=never_sold_of(dict(header)),
    )


async def with_known_offers(session: AsyncSession, order: OrderSnapshot) -> OrderSnapshot:
    """The order with the offers of which its lines told before, where they tell of none any more.

    Etsy's receipts do not name a listing that was deleted, and its SKU may be another piece's.
    """
    if all(line.ref is not None for line in order.lines):
        return order
    query = select(order_lines).where(
        order_lines.c.shop == order.shop,
        order_lines.c.order_id == order.order,
        order_lines.c.listing.is_not(None),
    )
    known = {row["line"]: row for row in (await session.execute(query)).mappings()}
    lines = [
        replace(line, ref=_line(order.shop, known[line.line]).ref)
        if line.ref is None and line.line in known
        else line
        for line in order.lines
    ]
    return replace(order, lines=lines)


async def sold_since(session: AsyncSession, moment: datetime) -> Sequence[OfferId]:
    """Offers of which an order created at or after `moment` (the marketplace's time) tells."""
    query = (
        select(order_lines.c.offer)
        .join(
            orders,
            (order_lines.c.shop == orders.c.shop) & (order_lines.c.order_id == orders.c.order_id),
        )
        .where(orders.c.created_at >= moment, order_lines.c.offer.is_not(None))
        .distinct()
        .order_by(order_lines.c.offer)
    )
    return [OfferId(offer) for offer in (await session.scalars(query)).all()]


def _line(shop: ShopId, row: Any) -> LineSnapshot:
    price = None
    if row["price_minor"] is not None:
        price = Money(row["price_minor"], row["currency"])
    return LineSnapshot(
        line=row["line"],
        sku=row["sku"],
        title=row["title"],
        ref=None if row["listing"] is None else _ref(shop, row),
        committed=row["committed"],
        shipped=row["shipped"],
        restocked=row["restocked"],
        written_off=row["written_off"],
        shares=shares_kept(row),
        price=price,
    )


def _ref(shop: ShopId, row: Any) -> OfferRef:
    return OfferRef(
        shop=shop,
        listing=row["listing"],
        variant=row["variant"] or "",
        stock_unit=row["stock_unit"] or "",
    )
