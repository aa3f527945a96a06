"""When more was sold than there is: a case, opened in the transaction that found it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.db.transaction import require_transaction
from peg.domain.identity import Sku
from peg.domain.messages import Alert
from peg.domain.stock import Cause
from peg.ledger.tables import applied, cases, entries, orders

log = structlog.get_logger()

CLAIMS_MIN = 2
"""It takes two to sell a piece twice."""

COUNTER_SALES_MAX = 10
"""So many sales in person are looked through for a case."""

COUNTER = "counter"
"""Stands where a shop's id would: sold in person, and handed over already."""


async def follow_oversold(session: AsyncSession, sku: Sku, oversold: int, *, now: datetime) -> None:
    """Open, update or close the item's case, as its pieces and the claims on them changed.

    A case keeps every order that ever had a claim while it was open, so that it still tells what
    happened when one of them is cancelled.
    """
    require_transaction(session)
    query = select(cases).where(cases.c.sku == sku, cases.c.closed_at.is_(None))
    case = (await session.execute(query)).mappings().first()
    if case is None and oversold:
        await _open(session, sku, oversold, now=now)
    elif case is not None:
        values: dict[str, Any] = {"oversold": oversold}
        values["orders"] = _merged(case["orders"], await claims_on(session, sku))
        if not oversold:
            values |= {"closed_at": now, "note": "there are enough pieces again"}
        await session.execute(update(cases).where(cases.c.id == case["id"]).values(values))
        if oversold > case["oversold"]:
            await _tell(session, sku, oversold, now=now)


async def all_cases(
    session: AsyncSession, *, open_only: bool = True
) -> Sequence[Mapping[str, Any]]:
    """Cases, newest first, each with the orders that have, or had, a claim on the item."""
    query = select(cases).order_by(cases.c.id.desc())
    if open_only:
        query = query.where(cases.c.closed_at.is_(None))
    found = [dict(row) for row in (await session.execute(query)).mappings()]
    for case in found:
        if case["closed_at"] is None:
            case["orders"] = _merged(case["orders"], await claims_on(session, Sku(case["sku"])))
    return found


async def claims_on(session: AsyncSession, sku: Sku) -> Sequence[Mapping[str, Any]]:
    """The orders that wait for pieces of this item, earliest first.

    Beside them stand sales in person since the first of them, and where all that makes fewer than
    two, the last buyers who got theirs: one of those may have taken the piece.
    """
    waiting = await _orders_of(session, sku, applied.c.committed > 0)
    shipped = (applied.c.committed == 0) & (applied.c.shipped > 0)
    got_theirs = [
        *await _orders_of(session, sku, shipped, limit=CLAIMS_MIN),
        *await _sold_in_person(session, sku),
    ]
    got_theirs.sort(key=_when, reverse=True)
    since = min(map(_when, waiting), default=None)
    beside = [
        one
        for number, one in enumerate(got_theirs, start=len(waiting))
        if number < CLAIMS_MIN or (one["shop"] == COUNTER and since and _when(one) > since)
    ]
    return sorted((*waiting, *beside), key=_when)


async def _sold_in_person(session: AsyncSession, sku: Sku) -> list[dict[str, Any]]:
    """The last sales at the counter; one sale may have taken pieces from several places."""
    query = (
        select(entries.c.reference, entries.c.happened_at)
        .add_columns(func.min(entries.c.id).label("number"))
        .add_columns(func.sum(entries.c.on_hand).label("on_hand"))
        .where(entries.c.sku == sku, entries.c.cause == Cause.COUNTER_SALE.value)
        .group_by(entries.c.reference, entries.c.happened_at)
        .order_by(entries.c.happened_at.desc())
        .limit(COUNTER_SALES_MAX)
    )
    return [
        {
            "shop": COUNTER,
            "order_id": str(row.number),
            "name": f"in person, by {row.reference}",
            "created_at": row.happened_at.isoformat(),
            "paid": True,
            "committed": 0,
            "shipped": -row.on_hand,
        }
        for row in await session.execute(query)
    ]


async def _orders_of(
    session: AsyncSession, sku: Sku, which: ColumnElement[bool], *, limit: int | None = None
) -> list[dict[str, Any]]:
    query = (
        select(orders.c.shop, orders.c.order_id, orders.c.name, orders.c.created_at, orders.c.paid)
        .add_columns(func.sum(applied.c.committed).label("committed"))
        .add_columns(func.sum(applied.c.shipped).label("shipped"))
        .join(
            applied,
            (applied.c.shop == orders.c.shop) & (applied.c.order_id == orders.c.order_id),
        )
        .where(applied.c.sku == sku, which)
        .group_by(orders.c.shop, orders.c.order_id)
        .order_by(orders.c.created_at.desc())
        .limit(limit)
    )
    return [
        {**row, "created_at": row["created_at"].isoformat()}
        for row in (await session.execute(query)).mappings()
    ]


def _merged(
    kept: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """What was kept, with what is found now in its place."""
    by_order = {(one["shop"], one["order_id"]): one for one in (*kept, *found)}
    return sorted(by_order.values(), key=_when)


def _when(claim: Mapping[str, Any]) -> tuple[str, str]:
    return claim["created_at"], claim["order_id"]


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
    await _tell(session, sku, oversold, now=now)


async def _tell(session: AsyncSession, sku: Sku, oversold: int, *, now: datetime) -> None:
    sentence = (
        f"{sku} was sold {oversold} more often than there are pieces: `peg cases` shows the orders"
        " and what to do"
    )
    await tell(session, Alert(name="oversold", subject=sku, sentence=sentence), now=now)
