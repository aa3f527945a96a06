"""Pieces missed on a marketplace whose order was not seen: held on all channels, with a date."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import LocationId, OfferId, Sku
from peg.domain.stock import Cause
from peg.ledger.book import Posting, post
from peg.ledger.tables import suspense

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
class Missed:
    """What one marketplace shows too few of.

    Attributes:
        pieces: units of the offer.
        reservation: a checkout or draft order keeps them: it ends when the marketplace shows them
            back, and is never taken for an edit.
        told: PEG had been told of as many that are sold or kept, and had not lowered it there yet,
            or is told of them while they are missed: a person may have done that herself.
        shown_at: when that was read, by the marketplace's clock; None where it did not say.
        may_be_there: the figure may be from before a write of ours: a person is asked in the end.
    """

    offer: OfferId
    place: str
    location: LocationId
    components: Sequence[Part]
    pieces: int
    reservation: bool = False
    told: bool = False
    shown_at: datetime | None = None
    may_be_there: bool = False


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
            "told": missed.told,
            "may_be_there": missed.may_be_there,
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


async def note_told(session: AsyncSession, sku: Sku) -> None:
    """Somebody tells of pieces that go, and a shop misses some already, which she may have typed.

    They may be the same: she is asked before what is missed leaves the book.
    """
    require_transaction(session)
    mine = (*IS_MISSED, suspense.c.sku == sku, suspense.c.asked_at.is_(None))
    await session.execute(update(suspense).where(*mine).values(told=True))


async def note_may_be_there(
    session: AsyncSession, offer: OfferId, place: str, *, ask_at: datetime
) -> None:
    """We are about to write over a figure that shows what is missed: nobody will see it again.

    It may be there, or the figure is from before it went. A person is asked, once its order must be
    told.
    """
    require_transaction(session)
    mine = (
        *IS_MISSED,
        suspense.c.offer == offer,
        suspense.c.place == place,
        suspense.c.asked_at.is_(None),
    )
    await session.execute(update(suspense).where(*mine).values(may_be_there=True))
    later = (*mine, suspense.c.due_at > ask_at)
    await session.execute(update(suspense).where(*later).values(due_at=ask_at))


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


async def open_rows(session: AsyncSession, offer: OfferId, place: str | None) -> list[Any]:
    """What is missed of an offer, at one place or in all, as it is kept."""
    query = select(suspense).where(suspense.c.offer == offer, suspense.c.closed_at.is_(None))
    if place is not None:
        query = query.where(suspense.c.place == place)
    return list((await session.execute(query.order_by(suspense.c.id))).mappings())


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
