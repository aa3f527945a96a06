"""The headers of orders: how new what is kept of each is, and what a person may call it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import insert_or_ignore
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import ShopId
from peg.domain.near import quoted
from peg.domain.order import NeverSold, OrderSnapshot
from peg.ledger.tables import orders

OrderKey = tuple[str, str]
"""A shop, and its id of an order."""


class UnknownOrder(PegError):
    """No such order was taken in."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, shop: str, order: str) -> None:
        typed = f"{shop}/{order}" if shop else order
        super().__init__(
            f"no order {quoted(typed)} was taken in: name one by its shop and its id there, as in"
            " etsy:61234567/3412345678; `peg orders` lists them"
        )


class SeveralOrders(PegError):
    """What names several orders."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, typed: str, found: Sequence[OrderKey]) -> None:
        names = " and ".join(f"{shop}/{order}" for shop, order in found)
        super().__init__(f"{quoted(typed)} names several orders: {names}; type one of these")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What was known of an order before this snapshot of it.

    Attributes:
        first: nothing.
        was_whole: all of its lines.
    """

    first: bool
    was_whole: bool


async def keep_header(
    session: AsyncSession, order: OrderSnapshot, *, now: datetime
) -> Header | None:
    """Keep the order itself, and its row's lock; None if a newer snapshot was kept before.

    The row decides, not a look before it: two workers may bring snapshots of one order at once.
    How new: the marketplace's own word first, then when it was fetched.
    """
    row = {
        "name": order.name,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "fetched_at": order.fetched_at,
        "cancelled_at": order.cancelled_at,
        "paid": order.paid,
        "complete": order.complete,
        "test": order.test,
        **_never_sold_row(order.never_sold),
    }
    keys = {"shop": order.shop, "order_id": order.order}
    first = {**keys, **row, "heard_at": now}
    new = insert_or_ignore(session, orders).values(first).returning(orders.c.order_id)
    if await session.scalar(new) is not None:
        return Header(first=True, was_whole=False)
    mine = (orders.c.shop == order.shop) & (orders.c.order_id == order.order)
    query = select(orders.c.updated_at, orders.c.fetched_at, orders.c.complete).where(mine)
    known = (await session.execute(query.with_for_update())).one()
    if (order.updated_at, order.fetched_at) < (known.updated_at, known.fetched_at):
        return None
    await session.execute(update(orders).where(mine).values(row))
    return Header(first=False, was_whole=known.complete)


async def heard_at(session: AsyncSession, order: OrderSnapshot) -> datetime | None:
    """When PEG first heard of an order; None: it has not."""
    mine = (orders.c.shop == order.shop) & (orders.c.order_id == order.order)
    first: datetime | None = await session.scalar(select(orders.c.heard_at).where(mine))
    return first


async def is_known(session: AsyncSession, shop: ShopId, order: str, *, as_of: datetime) -> bool:
    """Whether an order is kept whole, as it was at some moment of its shop's clock or later.

    Of one that was never sold there is nothing more to know.
    """
    mine = (orders.c.shop == shop, orders.c.order_id == order, orders.c.updated_at >= as_of)
    settled = or_(orders.c.complete, orders.c.never_sold_at.is_not(None))
    return await session.scalar(select(orders.c.order_id).where(*mine, settled)) is not None


async def called(session: AsyncSession, typed: str) -> OrderKey:
    """The one order that a person calls so: by its name, such as #1001, its id, or shop and id.

    Raises:
        UnknownOrder: none.
        SeveralOrders: two shops may call one the same.
    """
    word = typed.strip()
    shop, _, order = word.rpartition("/")
    by_name = or_(orders.c.order_id == word, orders.c.name.in_([word, f"#{word}"]))
    whole = and_(orders.c.shop == shop.lower(), orders.c.order_id == order)
    query = select(orders.c.shop, orders.c.order_id).where(or_(by_name, whole))
    keys = (await session.execute(query.order_by(orders.c.shop, orders.c.order_id))).all()
    if not keys:
        raise UnknownOrder("", typed)
    if len(keys) > 1:
        raise SeveralOrders(typed, [(row.shop, row.order_id) for row in keys])
    return keys[0].shop, keys[0].order_id


def never_sold_of(row: Mapping[str, Any]) -> NeverSold | None:
    """What a person said of an order, in its row."""
    if row["never_sold_at"] is None:
        return None
    return NeverSold(who=row["never_sold_by"], why=row["never_sold_why"], at=row["never_sold_at"])


def _never_sold_row(said: NeverSold | None) -> Mapping[str, Any]:
    """A shop that shows the order after all says nothing of this: it counts again."""
    who, why, at = (None, None, None) if said is None else (said.who, said.why, said.at)
    return {"never_sold_by": who, "never_sold_why": why, "never_sold_at": at}
