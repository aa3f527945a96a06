"""Orders sold about when the first figures of their offer were read: the shop's figures decide.

The marketplaces tell times in whole seconds. An order that PEG had not heard of before the reading,
and that was placed in the seconds while it was made, may be inside its figures or not. It is taken
to be inside, unless pieces were missed meanwhile that it explains. The next reading tells: if it
shows fewer, the order was sold after the first figures were read.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.baseline import Inside
from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.domain.stock import Cause
from peg.ledger import explaining
from peg.ledger.book import Posting, post
from peg.ledger.line_meaning import Resolved
from peg.ledger.order_rows import shares_kept
from peg.ledger.tables import applied, order_lines, orders

log = structlog.get_logger()

SOLD_BEFORE = "sold before the first figures were read"
"""How the note ends of an entry that puts pieces on the shelf which those figures left out."""

SOLD_AFTER = "sold after the first figures were read"
"""How the note ends of an entry that takes back what an order was taken to be inside."""


async def decide(
    session: AsyncSession,
    order: OrderSnapshot,
    line: LineSnapshot,
    meaning: Resolved,
    *,
    now: datetime,
) -> tuple[Resolved, bool]:
    """Take an order that nobody is sure of to be inside or not; whether that is still unsure."""
    if meaning.inside is not Inside.UNSURE:
        return meaning, False
    missed = 0
    if meaning.offer is not None:
        missed = await explaining.explainable(
            session, meaning.offer, sold_at=order.created_at, now=now
        )
    inside = Inside.NO if line.taken and missed >= line.taken else Inside.YES
    unsure = inside is Inside.YES and not meaning.read_since
    return replace(meaning, inside=inside), unsure


async def sold_after_all(
    session: AsyncSession,
    offer: OfferId,
    place: str,
    missing: int,
    *,
    read_at: datetime | None,
    now: datetime,
) -> int:
    """An offer shows fewer than expected: were orders that are taken to be inside sold after all?

    Args:
        session: the task's transaction.
        offer: the offer that was read.
        place: where it shows fewer.
        missing: how many.
        read_at: when it was read before this, if it was; what was heard of until then is settled.
        now: when it is posted.

    Returns how many of the missing units they explain. The newest were sold last.
    """
    explained = 0
    for row in await _unsure_lines(session, offer, place, read_at=read_at):
        brought = await _brought(session, row)
        units = _units(brought)
        if not 0 < units <= missing - explained:
            continue
        explained += units
        await _take_back(session, row, brought, now=now)
        log.info("order.not_inside", shop=row["shop"], order=row["order_id"], units=units)
    return explained


_Brought = tuple[Sku, LocationId, int, int]
"""An item, where it lies, how many of it one unit takes, and how many were put there."""


async def _unsure_lines(
    session: AsyncSession, offer: OfferId, place: str, *, read_at: datetime | None
) -> list[Any]:
    """Those whose units count at this place alone."""
    query = (
        select(order_lines, orders.c.name, orders.c.updated_at)
        .join(
            orders,
            (orders.c.shop == order_lines.c.shop) & (orders.c.order_id == order_lines.c.order_id),
        )
        .where(order_lines.c.offer == offer, order_lines.c.unsure_inside)
        .order_by(orders.c.created_at.desc(), orders.c.order_id.desc())
    )
    if read_at is not None:
        query = query.where(orders.c.heard_at >= read_at)
    rows = (await session.execute(query)).mappings().all()
    return [row for row in rows if _places(row) == {place}]


def _places(row: Any) -> set[str]:
    shares = shares_kept(row)
    return {row["assumed_place"] if one.place is None else one.place for one in shares}


async def _brought(session: AsyncSession, row: Any) -> Sequence[_Brought]:
    query = select(applied).where(*_same_line(row), applied.c.brought > 0)
    return [
        (Sku(one["sku"]), LocationId(one["location"]), one["need"], one["brought"])
        for one in (await session.execute(query)).mappings()
    ]


def _units(brought: Sequence[_Brought]) -> int:
    """The pieces of one unit may lie at several places."""
    skus = {sku: need for sku, _, need, _ in brought}
    found = [
        sum(pieces for of, _, _, pieces in brought if of == sku) // need
        for sku, need in skus.items()
    ]
    return max(found, default=0)


async def _take_back(
    session: AsyncSession, row: Any, brought: Sequence[_Brought], *, now: datetime
) -> None:
    """It brought nothing: its pieces were among the first figures."""
    postings = [
        Posting(
            sku=sku,
            location=location,
            on_hand=-pieces,
            cause=Cause.ORDER,
            source=row["shop"],
            reference=row["order_id"],
            happened_at=row["updated_at"],
            note=f"{row['name']}, {SOLD_AFTER}",
        )
        for sku, location, _, pieces in brought
    ]
    await post(session, postings, now=now)
    await session.execute(update(applied).where(*_same_line(row)).values(brought=0))
    mine = [order_lines.c[name] == row[name] for name in ("shop", "order_id", "line")]
    await session.execute(update(order_lines).where(*mine).values(unsure_inside=False))


def _same_line(row: Any) -> list[Any]:
    return [applied.c[name] == row[name] for name in ("shop", "order_id", "line")]
