"""When more was sold than there is: a case, opened in the transaction that found it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.outbox import stage
from peg.db.transaction import require_transaction
from peg.domain.identity import Sku
from peg.domain.messages import Alert
from peg.ledger.tables import applied, cases, orders

log = structlog.get_logger()


async def follow_oversold(session: AsyncSession, sku: Sku, oversold: int, *, now: datetime) -> None:
    """Open, update or close the item's case, as `oversold` went up or down."""
    require_transaction(session)
    query = select(cases.c.id).where(cases.c.sku == sku, cases.c.closed_at.is_(None))
    open_case = await session.scalar(query)
    if open_case is None and oversold:
        await _open(session, sku, oversold, now=now)
    elif open_case is not None and oversold:
        await session.execute(
            update(cases).where(cases.c.id == open_case).values(oversold=oversold)
        )
    elif open_case is not None:
        await session.execute(
            update(cases)
            .where(cases.c.id == open_case)
            .values(oversold=0, closed_at=now, note="there are enough pieces again")
        )


async def all_cases(
    session: AsyncSession, *, open_only: bool = True
) -> Sequence[Mapping[str, Any]]:
    """Cases, newest first, each with the orders that have a claim on the item."""
    query = select(cases).order_by(cases.c.id.desc())
    if open_only:
        query = query.where(cases.c.closed_at.is_(None))
    found = [dict(row) for row in (await session.execute(query)).mappings()]
    for case in found:
        case["orders"] = await claims_on(session, Sku(case["sku"]))
    return found


async def claims_on(session: AsyncSession, sku: Sku) -> Sequence[Mapping[str, Any]]:
    """The unshipped orders that wait for pieces of this item, earliest first."""
    query = (
        select(orders.c.shop, orders.c.order_id, orders.c.name, orders.c.created_at, orders.c.paid)
        .add_columns(applied.c.committed)
        .join(
            applied,
            (applied.c.shop == orders.c.shop) & (applied.c.order_id == orders.c.order_id),
        )
        .where(applied.c.sku == sku, applied.c.committed > 0)
        .order_by(orders.c.created_at)
    )
    return [
        {**row, "created_at": row["created_at"].isoformat()}
        for row in (await session.execute(query)).mappings()
    ]


async def _open(session: AsyncSession, sku: Sku, oversold: int, *, now: datetime) -> None:
    row = {
        "sku": sku,
        "oversold": oversold,
        "orders": list(await claims_on(session, sku)),
        "opened_at": now,
        "note": "",
    }
    await session.execute(insert(cases).values(row))
    log.error("case.opened", sku=sku, oversold=oversold)
    sentence = (
        f"{sku} was sold {oversold} more often than there are pieces: `peg cases` shows the orders"
        " and what to do"
    )
    await stage(session, Alert(name="oversold", subject=sku, sentence=sentence), now=now)
