"""What explains missed pieces: their order, when it comes, or a sale in person.

What is explained is missed no longer. The caller posts that, with what the explanation itself asks
for: both belong into one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import LocationId, OfferId, Sku
from peg.ledger import questions
from peg.ledger.suspense import EDITED, IN_PERSON, IS_MISSED, NO_UNIT, STILL_THERE, units_of
from peg.ledger.tables import suspense

CLOCKS_APART_MAX = timedelta(minutes=5)
"""How far a marketplace's clock and ours may differ."""

BOOKED_AFTER = timedelta(seconds=2)
"""A marketplace stamps whole seconds, and may take the piece off a moment before the order is."""

LATE_ORDER_MAX = timedelta(days=30)
"""An order that arrives later than this no longer explains what was taken for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Pieces of one item that are missed no longer: to be posted by the caller.

    They were suspended; or, where nobody had explained them in time, already taken off the shelf.
    Neither, where a sale in person had explained them.

    `shown_at`: when they were seen to be missing, by the marketplace's clock; None where it did
    not say, and of those that a checkout kept.
    """

    sku: Sku
    location: LocationId
    suspended: int = 0
    on_hand: int = 0
    shown_at: datetime | None = None


async def consume(
    session: AsyncSession,
    offer: OfferId,
    units: int,
    *,
    place: str | None,
    sold_at: datetime,
    now: datetime,
) -> tuple[int, Sequence[Released]]:
    """An order explains up to `units` that were missed; oldest first.

    Args:
        session: the task's transaction.
        offer: the offer it was sold from.
        units: how many were sold.
        place: where, as the marketplace tells; None while it does not.
        sold_at: when, by the marketplace's clock. An order that arrives after its missing piece
            was taken for a person's edit undoes that edit.
        now: when it is posted.

    Returns how many it explained, and what the caller has to post.
    """
    rows = await _explainable_rows(session, offer, place, sold_at=sold_at, now=now)
    return await take(session, rows, units, outcome="ordered", now=now)


async def explain_in_person(
    session: AsyncSession, sku: Sku, pieces: int, *, now: datetime
) -> Sequence[Sequence[Released]]:
    """Pieces were sold, or found missing, at the counter: that is why shops show fewer.

    One piece may be missed on each shop, and in each set that it belongs to. What a checkout or a
    draft order keeps is still there.

    Returns what the caller has to post, for each offer that missed some.
    """
    mine = select(suspense.c.offer).where(*IS_MISSED, suspense.c.sku == sku)
    query = select(suspense).where(*IS_MISSED, suspense.c.offer.in_(mine))
    by_offer: dict[int, list[Any]] = {}
    for row in (await session.execute(query.order_by(suspense.c.id))).mappings():
        by_offer.setdefault(row["offer"], []).append(row)
    found = []
    for rows in by_offer.values():
        need = next(row["need"] for row in rows if row["sku"] == sku)
        _, released = await take(session, rows, pieces // need, outcome=IN_PERSON, now=now)
        found.append(released)
    return found


async def explainable(
    session: AsyncSession, offer: OfferId, *, sold_at: datetime, now: datetime
) -> int:
    """How many units that were missed of an offer an order may explain."""
    rows = await _explainable_rows(session, offer, None, sold_at=sold_at, now=now)
    return units_of(rows)


async def take(
    session: AsyncSession, rows: Sequence[Any], units: int, *, outcome: str, now: datetime
) -> tuple[int, Sequence[Released]]:
    """Up to so many units of what is missed are missed no longer: to be posted by the caller."""
    require_transaction(session)
    taken: dict[str, Fraction] = {}
    released = []
    for row in rows:
        so_far = taken.get(row["sku"], NO_UNIT)
        pieces = min(row["pieces"], int((units - so_far) * row["need"]))
        if pieces <= 0:
            continue
        taken[row["sku"]] = so_far + Fraction(pieces, row["need"])
        released.append(
            Released(
                sku=Sku(row["sku"]),
                location=LocationId(row["location"]),
                suspended=pieces if row["closed_at"] is None else 0,
                on_hand=pieces if row["outcome"] == EDITED else 0,
                shown_at=None if row["reservation"] else row["shown_at"],
            )
        )
        change = update(suspense).where(suspense.c.id == row["id"])
        if pieces == row["pieces"]:
            await session.execute(change.values(closed_at=now, outcome=outcome))
        else:
            await session.execute(change.values(pieces=row["pieces"] - pieces))
    for offer in sorted({row["offer"] for row in rows if row["asked_at"] is not None}):
        asked = select(suspense.c.id).where(
            *IS_MISSED, suspense.c.offer == offer, suspense.c.asked_at.is_not(None)
        )
        if await session.scalar(asked.limit(1)) is None:
            await questions.withdraw(session, STILL_THERE, str(offer), now=now)
    return int(max(taken.values(), default=NO_UNIT)), released


async def _explainable_rows(
    session: AsyncSession, offer: OfferId, place: str | None, *, sold_at: datetime, now: datetime
) -> list[Any]:
    """What is missed still, then what was missed after the sale and was explained otherwise.

    What was missed before the sale was made is not explained by it, unless a checkout kept it.
    """
    not_before = or_(
        suspense.c.reservation,
        suspense.c.shown_at >= sold_at - BOOKED_AFTER,
        suspense.c.shown_at.is_(None) & (suspense.c.opened_at >= sold_at - CLOCKS_APART_MAX),
    )
    since = max(sold_at - CLOCKS_APART_MAX, now - LATE_ORDER_MAX)
    otherwise = suspense.c.outcome.in_((EDITED, IN_PERSON)) & (suspense.c.opened_at >= since)
    query = (
        select(suspense)
        .where(suspense.c.offer == offer, suspense.c.closed_at.is_(None) | otherwise, not_before)
        .order_by(suspense.c.closed_at.is_not(None), suspense.c.id)
    )
    if place is not None:
        query = query.where(suspense.c.place == place)
    return list((await session.execute(query)).mappings())
