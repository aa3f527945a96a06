"""Pieces missed on a marketplace whose order was not seen: held on all channels, with a date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Protocol

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.stock import Cause
from peg.ledger import questions
from peg.ledger.book import Posting, post
from peg.ledger.tables import suspense

CLOCKS_APART_MAX = timedelta(minutes=5)
"""How far a marketplace's clock and ours may differ."""

BOOKED_AFTER = timedelta(seconds=15)
"""A marketplace takes the piece off first, and says a moment later when the order was placed."""

LATE_ORDER_MAX = timedelta(days=30)
"""An order that arrives later than this no longer explains what was taken for something else."""

EDITED = "edited"
IN_PERSON = "in person"
CAME_BACK = "came back"
"""How a suspense ended: no order came, and nobody said why; somebody did at the counter; or it is
shown again, or was never gone."""


STILL_THERE = "missed_but_counted"
"""The kind of the question whether pieces are there that a shop misses and a person counted."""

NO_UNIT = Fraction()
"""The pieces of one unit may have been taken from several places: a row may hold a part of it."""

IS_MISSED = (suspense.c.closed_at.is_(None), suspense.c.reservation.is_(False))


class Part(Protocol):
    """One item that a sale of the offer takes, and how many of it."""

    @property
    def sku(self) -> Sku: ...

    @property
    def quantity(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Pieces of one item that are missed no longer: to be posted by the caller.

    They were suspended; or, where nobody had explained them in time, already taken off the shelf.
    Neither, where a sale in person had explained them.
    """

    sku: Sku
    location: LocationId
    suspended: int = 0
    on_hand: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What one marketplace shows too few of.

    Attributes:
        pieces: units of the offer.
        reservation: a checkout or draft order keeps them: it ends when the marketplace shows them
            back, and is never taken for an edit.
        shown_at: when that was read, by the marketplace's clock; None where it did not say.
    """

    offer: OfferId
    place: str
    location: LocationId
    components: Sequence[Part]
    pieces: int
    reservation: bool = False
    shown_at: datetime | None = None


async def open_suspense(
    session: AsyncSession, missed: Missed, *, due_at: datetime, now: datetime
) -> None:
    """Hold on all channels what one marketplace shows too few of."""
    require_transaction(session)
    rows: list[dict[str, Any]] = [
        {
            "offer": missed.offer,
            "place": missed.place,
            "sku": part.sku,
            "location": missed.location,
            "need": part.quantity,
            "pieces": missed.pieces * part.quantity,
            "reservation": missed.reservation,
            "shown_at": missed.shown_at,
            "opened_at": now,
            "due_at": due_at,
        }
        for part in missed.components
    ]
    if not rows:
        return
    await session.execute(insert(suspense), rows)
    postings = [
        posting(row, suspended=row["pieces"], cause=Cause.SUSPENDED, now=now) for row in rows
    ]
    await post(session, postings, now=now)


async def pieces_open(session: AsyncSession, offer: OfferId, place: str | None = None) -> int:
    """How many units of an offer are suspended, at one place or at all."""
    return units_of(await open_rows(session, offer, place))


def units_of(rows: Iterable[Mapping[str, Any]]) -> int:
    """Units of the offer: each of its items stands in rows of its own, one for each place."""
    units: dict[str, Fraction] = {}
    for row in rows:
        units[row["sku"]] = units.get(row["sku"], NO_UNIT) + Fraction(row["pieces"], row["need"])
    return int(max(units.values(), default=NO_UNIT))


async def missed_at(session: AsyncSession, offer: OfferId) -> str | None:
    """The place at which pieces of an offer have been missed for longest, if any are."""
    query = select(suspense.c.place).where(*IS_MISSED, suspense.c.offer == offer)
    return await session.scalar(query.order_by(suspense.c.id).limit(1))


async def missed_of(session: AsyncSession, sku: Sku) -> Sequence[tuple[OfferId, int, datetime]]:
    """From which offers pieces of an item are missed, how many, and when their order is overdue."""
    query = select(suspense).where(*IS_MISSED, suspense.c.sku == sku).order_by(suspense.c.id)
    return [
        (OfferId(row["offer"]), row["pieces"], row["due_at"])
        for row in (await session.execute(query)).mappings()
    ]


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


async def open_rows(session: AsyncSession, offer: OfferId, place: str | None) -> list[Any]:
    """What is missed of an offer, at one place or in all, as it is kept."""
    query = select(suspense).where(suspense.c.offer == offer, suspense.c.closed_at.is_(None))
    if place is not None:
        query = query.where(suspense.c.place == place)
    return list((await session.execute(query.order_by(suspense.c.id))).mappings())


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


def posting(
    row: Mapping[str, Any],
    *,
    suspended: int = 0,
    on_hand: int = 0,
    cause: Cause,
    now: datetime,
) -> Posting:
    """An entry about a row of what is missed."""
    return Posting(
        sku=Sku(row["sku"]),
        location=LocationId(row["location"]),
        suspended=suspended,
        on_hand=on_hand,
        cause=cause,
        source="intake",
        reference=str(row["offer"]),
        happened_at=now,
        note="missed on a marketplace, no order seen",
    )
