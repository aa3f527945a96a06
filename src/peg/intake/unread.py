"""Orders that a marketplace told of and that cannot be read: kept as told, until they can be.

They are tried again by themselves. What was told stands here for a person, and for a PEG that can
read it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert
from peg.domain.identity import ShopId
from peg.intake.inbox import READ_AGAIN, record_once
from peg.intake.tables import unread_orders
from peg.marketplaces.port import Unreadable


async def keep(session: AsyncSession, shop: ShopId, odd: Unreadable, *, now: datetime) -> None:
    """Keep what was told of an order, in place of what was told before."""
    require_transaction(session)
    key = odd.order or f"?{odd.told}"
    row: dict[str, Any] = {
        "shop": shop,
        "key": key,
        "order_id": odd.order,
        "why": odd.why,
        "answer": odd.answer,
        "last_at": now,
        "read_at": None,
    }
    mine = (unread_orders.c.shop == shop) & (unread_orders.c.key == key)
    known = await session.scalar(
        update(unread_orders).where(mine).values(row).returning(unread_orders.c.key)
    )
    if known is None:
        await session.execute(
            upsert(session, unread_orders, {**row, "first_at": now}, ["shop", "key"])
        )


async def keep_and_try_again(
    session: AsyncSession, shop: ShopId, odd: Unreadable, *, now: datetime
) -> None:
    """`keep`, and put the order into the inbox, once for what is told of it now."""
    await keep(session, shop, odd, now=now)
    await try_again(session, shop, odd.order, about=odd.told, now=now)


async def try_again(
    session: AsyncSession, shop: ShopId, order: str, *, about: str, now: datetime
) -> None:
    """Have an order read by itself, once for what is known `about` it."""
    await record_once(
        session,
        shop=shop,
        topic=READ_AGAIN,
        delivery=f"{order}@{about}"[:128],
        headers={},
        body=order.encode(),
        now=now,
    )


async def have_been_read(
    session: AsyncSession, shop: ShopId, orders: Sequence[str], *, now: datetime
) -> None:
    """Some orders were read whole; those that could not be before can be now."""
    require_transaction(session)
    mine = (unread_orders.c.shop == shop) & unread_orders.c.key.in_(orders)
    statement = update(unread_orders).where(mine, unread_orders.c.read_at.is_(None))
    await session.execute(statement.values(read_at=now))


async def waiting(session: AsyncSession) -> Sequence[Mapping[str, Any]]:
    """Orders that cannot be read still, the newest first."""
    query = (
        select(unread_orders)
        .where(unread_orders.c.read_at.is_(None))
        .order_by(unread_orders.c.first_at.desc(), unread_orders.c.key)
    )
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def waiting_count(session: AsyncSession) -> int:
    """How many there are."""
    query = select(func.count()).where(unread_orders.c.read_at.is_(None))
    return await session.scalar(query) or 0
