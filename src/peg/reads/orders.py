"""Orders as they were taken in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import ShopId, Sku
from peg.domain.money import Money
from peg.intake import unread as unread_orders
from peg.ledger import order_headers, order_rows


class Line(BaseModel):
    """One line.

    Attributes:
        sku: as it was typed on the shop, which may be another piece's, or none.
        pieces: how many of each item the book counts for it, however they went on.
        resolved: false while nobody knows which item it stands for; `pieces` are then all that it
            may have taken, held until somebody tells.
    """

    line: str
    sku: str
    title: str
    pieces: dict[Sku, int]
    resolved: bool
    committed: int
    shipped: int
    restocked: int
    written_off: int
    price: str | None


class NeverSold(BaseModel):
    """Who said that an order never was one of its shop, and why."""

    who: str
    why: str
    at: datetime


class Order(BaseModel):
    """One order, as its newest snapshot told it.

    Attributes:
        heard_at: when PEG first heard of it.
        last_read_at: when that snapshot was read; polls read an order again and again.
        never_sold: null of an order that its shop shows, or that counts.
    """

    shop: ShopId
    order: str
    name: str
    created_at: datetime
    updated_at: datetime
    heard_at: datetime
    last_read_at: datetime
    cancelled_at: datetime | None
    paid: bool
    never_sold: NeverSold | None
    lines: list[Line]


class UnreadOrder(BaseModel):
    """An order that its shop told of and that cannot be read: kept as told, tried again by itself.

    `answer` is what the shop said of it, as JSON text, without anything of its buyer.
    """

    shop: ShopId
    order: str
    why: str
    first_at: datetime
    last_at: datetime
    answer: str


async def unread(session: AsyncSession) -> Sequence[UnreadOrder]:
    """Orders that cannot be read, the newest first."""
    rows = await unread_orders.waiting(session)
    return [UnreadOrder.model_validate({**row, "order": row["order_id"]}) for row in rows]


async def recent(
    session: AsyncSession, *, after: str | None = None, limit: int = 100
) -> Sequence[Order]:
    """The newest orders of all shops, or those behind `after`, an order's `shop/order`.

    Raises:
        UnknownOrder: no such order.
    """
    shop, _, order = (after or "").rpartition("/")
    behind = None if after is None else (ShopId(shop), order)
    return [
        Order(
            **{
                **row,
                "order": row["order_id"],
                "last_read_at": row["fetched_at"],
                "never_sold": _never_sold(row),
                "lines": [_line(one) for one in row["lines"]],
            },
        )
        for row in await order_rows.recent(session, after=behind, limit=limit)
    ]


def _never_sold(row: Mapping[str, Any]) -> NeverSold | None:
    said = order_headers.never_sold_of(row)
    return None if said is None else NeverSold(who=said.who, why=said.why, at=said.at)


def _line(row: Mapping[str, Any]) -> Line:
    price = None
    if row["price_minor"] is not None:
        price = str(Money(row["price_minor"], row["currency"]))
    return Line.model_validate({**row, "price": price})
