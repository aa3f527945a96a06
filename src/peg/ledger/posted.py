"""When the book came to know of what orders took."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import Sku
from peg.domain.stock import Cause
from peg.ledger.order_headers import OrderKey
from peg.ledger.tables import entries


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPosted:
    """The first entry of an order for an item.

    Attributes:
        missed_before: its pieces were missed on the shop before the order was seen, and held.
    """

    at: datetime
    missed_before: bool


async def first_posted(
    session: AsyncSession, orders: Collection[OrderKey], skus: Collection[Sku]
) -> Mapping[OrderKey, Mapping[Sku, FirstPosted]]:
    """By order and item; nothing for an order that was inside the figures of an import."""
    book = entries.c
    which = (book.source, book.reference, book.sku)
    query = (
        select(*which, func.min(book.posted_at), func.min(book.suspended))
        .where(book.sku.in_(skus), book.cause == Cause.ORDER.value)
        .where(tuple_(book.source, book.reference).in_(orders))
        .group_by(*which)
    )
    found: dict[OrderKey, dict[Sku, FirstPosted]] = {}
    for shop, order, sku, at, suspended in await session.execute(query):
        first = FirstPosted(at=at, missed_before=suspended < 0)
        found.setdefault((shop, order), {})[Sku(sku)] = first
    return found
