"""Holds: pieces promised to somebody until a deadline. A hold ends once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.errors import BadQuantity, InsufficientStock, PegError
from peg.domain.identity import LocationId, Sku
from peg.domain.moment import BadMoment, for_people
from peg.domain.stock import Cause
from peg.ledger.book import Posting, lock, post
from peg.ledger.places import available_by_place, fullest
from peg.ledger.tables import holds


class NoSuchHold(PegError):
    """No open hold of that number or item."""

    kind = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Pieces kept for somebody; `until` None holds until it is released."""

    id: int
    sku: Sku
    location: LocationId
    quantity: int
    until: datetime | None
    why: str
    who: str
    opened_at: datetime


async def hold(
    session: AsyncSession,
    sku: Sku,
    quantity: int,
    *,
    until: datetime | None,
    why: str,
    who: str,
    location: LocationId | None = None,
    now: datetime,
) -> int:
    """Keep pieces of an item off every channel; the number of the hold.

    They are kept at `location`, or where most are available.

    Raises:
        BadMoment: `until` has passed.
        BadQuantity: not a positive number.
        UnknownSku: no such item.
        InsufficientStock: fewer are available, in all or at the place that was named.
    """
    if quantity <= 0:
        raise BadQuantity(f"a hold keeps at least one piece, not {quantity}")
    if until is not None and until <= now:
        raise BadMoment(
            f"a hold until {for_people(until, seconds=True)} is over already, since it is"
            f" {for_people(now, seconds=True)}: choose a later one"
        )
    position = (await lock(session, [sku]))[sku]
    if quantity > position.level.available:
        raise InsufficientStock(wanted=quantity, available=max(0, position.level.available))
    if location is not None:
        there = (await available_by_place(session, sku)).get(location, 0)
        if quantity > there:
            raise InsufficientStock(wanted=quantity, available=max(0, there), at=location)
    row = {
        "sku": sku,
        "location": location or await fullest(session, sku),
        "quantity": quantity,
        "until": until,
        "why": why,
        "who": who,
        "opened_at": now,
    }
    statement = insert(holds).values(row).returning(holds.c.id)
    number: int = (await session.execute(statement)).scalar_one()
    await _post(session, {**row, "id": number}, quantity, cause=Cause.HELD, now=now)
    return number


async def release(session: AsyncSession, number: int, *, now: datetime) -> Hold:
    """End a hold: its pieces may be sold again.

    Raises:
        NoSuchHold: it does not exist, was released or has expired.
    """
    return await _end(session, number, by="released", cause=Cause.RELEASED, now=now)


async def use_up(
    session: AsyncSession, number: int, sku: Sku, wanted: int, *, now: datetime
) -> tuple[int, LocationId]:
    """Take up to `wanted` pieces out of a hold whose buyer came: how many, and where they lie.

    The caller posts them. What is not taken stays held; a hold that keeps nothing more is over.

    Raises:
        NoSuchHold: it does not exist, is over, or keeps another item.
    """
    require_transaction(session)
    query = select(holds.c.quantity, holds.c.location).with_for_update()
    query = query.where(holds.c.id == number, holds.c.sku == sku, holds.c.ended_at.is_(None))
    found = (await session.execute(query)).first()
    if found is None:
        raise NoSuchHold(f"no open hold {number} keeps {sku}: `peg holds` lists them")
    taken = min(wanted, found.quantity)
    change = update(holds).where(holds.c.id == number)
    if taken < found.quantity:
        await session.execute(change.values(quantity=holds.c.quantity - taken))
    else:
        await session.execute(change.values(ended_at=now, ended_by="sold"))
    return taken, LocationId(found.location)


async def expire_due(session: AsyncSession, *, now: datetime) -> int:
    """End every hold whose time is over; how many."""
    require_transaction(session)
    query = select(holds.c.id).where(holds.c.ended_at.is_(None), holds.c.until <= now)
    numbers = (await session.scalars(query.order_by(holds.c.id))).all()
    for number in numbers:
        await _end(session, number, by="expired", cause=Cause.EXPIRED, now=now)
    return len(numbers)


async def active(session: AsyncSession, sku: Sku | None = None) -> Sequence[Hold]:
    """Open holds, of one item or of all."""
    query = select(*(holds.c[name] for name in Hold.__dataclass_fields__))
    query = query.where(holds.c.ended_at.is_(None)).order_by(holds.c.id)
    if sku is not None:
        query = query.where(holds.c.sku == sku)
    return [Hold(**row) for row in (await session.execute(query)).mappings()]


async def _end(session: AsyncSession, number: int, *, by: str, cause: Cause, now: datetime) -> Hold:
    """The conditional update decides who ends the hold; everybody else finds it ended."""
    require_transaction(session)
    statement = (
        update(holds)
        .where(holds.c.id == number, holds.c.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
        .returning(*(holds.c[name] for name in Hold.__dataclass_fields__))
    )
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        raise NoSuchHold(f"no open hold has the number {number}: `peg holds` lists them")
    await _post(session, row, -row["quantity"], cause=cause, now=now)
    return Hold(**row)


async def _post(
    session: AsyncSession, row: Any, reserved: int, *, cause: Cause, now: datetime
) -> None:
    posting = Posting(
        sku=Sku(row["sku"]),
        location=LocationId(row["location"]),
        reserved=reserved,
        cause=cause,
        source=row["who"],
        reference=f"hold {row['id']}",
        happened_at=now,
        note=row["why"],
    )
    await post(session, [posting], now=now)
