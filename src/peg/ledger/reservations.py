"""Holds: pieces promised to somebody until a deadline. A hold ends once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.errors import BadQuantity, InsufficientStock, PegError
from peg.domain.identity import LocationId, Sku
from peg.domain.moment import BadMoment, for_people
from peg.domain.stock import Cause
from peg.ledger import pieces_asked, suspense, told_twice
from peg.ledger.book import Posting, lock, post
from peg.ledger.places import available_by_place, spread
from peg.ledger.tables import held, holds
from peg.ledger.told_twice import Told

EXPIRED = "expired"
"""How a hold ended that nobody ended."""


class NoSuchHold(PegError):
    """No open hold of that number or item."""

    kind = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Pieces kept for somebody, and where; `until` None holds until it is released."""

    id: int
    sku: Sku
    places: Mapping[LocationId, int]
    until: datetime | None
    why: str
    who: str
    opened_at: datetime

    @property
    def quantity(self) -> int:
        """How many, wherever they lie."""
        return sum(self.places.values())

    @property
    def told(self) -> str:
        """Which it is, for whom, who keeps it and how long: enough to know what to do."""
        return named(self.id, why=self.why, who=self.who, until=self.until)


def named(number: int, *, why: str, who: str, until: datetime | None) -> str:
    """A hold as a person has to know it."""
    ends = "it is released" if until is None else for_people(until, seconds=True)
    return f"hold {number} ({why}; kept by {who} until {ends})"


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

    They are kept at `location`, or where most are available, and no more at a place than lie there.

    Raises:
        BadMoment: `until` has passed.
        BadQuantity: not a positive number.
        UnknownSku: no such item.
        InsufficientStock: fewer are available, in all or at the place that was named; it names the
            holds that keep some.
    """
    if quantity <= 0:
        raise BadQuantity(f"a hold keeps at least one piece, not {quantity}")
    if until is not None and until <= now:
        raise BadMoment(
            f"a hold until {for_people(until, seconds=True)} is over already, since it is"
            f" {for_people(now, seconds=True)}: choose a later one"
        )
    await expire_due(session, sku, now=now)
    position = (await lock(session, [sku]))[sku]
    if quantity > position.level.available:
        raise InsufficientStock(
            wanted=quantity,
            available=max(0, position.level.available),
            kept=_how_to_let_go(await active(session, sku)),
        )
    if location is not None:
        there = (await available_by_place(session, sku)).get(location, 0)
        if quantity > there:
            mine = [one for one in await active(session, sku) if location in one.places]
            raise InsufficientStock(
                wanted=quantity, available=max(0, there), at=location, kept=_how_to_let_go(mine)
            )
    places = await spread(session, sku, quantity) if location is None else {location: quantity}
    row = {"sku": sku, "until": until, "why": why, "who": who, "opened_at": now}
    statement = insert(holds).values(row).returning(holds.c.id)
    number: int = (await session.execute(statement)).scalar_one()
    await _keep(session, number, sku, places)
    await suspense.note_told(session, sku)
    kept = Hold(id=number, sku=sku, places=places, until=until, why=why, who=who, opened_at=now)
    await post(session, _postings(kept, 1, cause=Cause.HELD, at=now), now=now)
    return number


async def release(session: AsyncSession, number: int, *, now: datetime) -> Hold:
    """End a hold: its pieces may be sold again.

    Raises:
        NoSuchHold: it does not exist, was released or has expired.
    """
    return await _end(session, number, by="released", cause=Cause.RELEASED, at=now, now=now)


async def use_up(
    session: AsyncSession,
    number: int,
    sku: Sku,
    wanted: int,
    *,
    first: LocationId | None = None,
    now: datetime,
) -> Mapping[LocationId, int]:
    """Take up to `wanted` pieces out of a hold whose buyer came: how many, from where.

    The caller posts them: those kept at `first` go before others. What is not taken stays held; a
    hold that keeps nothing more is over.

    Raises:
        NoSuchHold: it does not exist, is over, or keeps another item.
    """
    require_transaction(session)
    query = select(holds.c.id).with_for_update()
    query = query.where(holds.c.id == number, holds.c.sku == sku, holds.c.ended_at.is_(None))
    if await session.scalar(query) is None:
        over = await _since_it_ended(session, number)
        raise NoSuchHold(f"no open hold {number} keeps {sku}{over}: `peg holds` lists them")
    await suspense.note_told(session, sku)
    kept = (await _places(session, [number]))[number]
    taken: dict[LocationId, int] = {}
    for place in sorted(kept, key=lambda place: (place != first, -kept[place], place)):
        if share := min(wanted - sum(taken.values()), kept[place]):
            taken[place] = share
    if taken == kept:
        change = update(holds).where(holds.c.id == number)
        await session.execute(change.values(ended_at=now, ended_by="sold"))
    else:
        await session.execute(delete(held).where(held.c.hold == number))
        left = {place: kept[place] - taken.get(place, 0) for place in kept}
        await _keep(session, number, sku, left)
    return taken


async def _keep(
    session: AsyncSession, number: int, sku: Sku, places: Mapping[LocationId, int]
) -> None:
    rows = [
        {"hold": number, "sku": sku, "location": place, "pieces": pieces}
        for place, pieces in places.items()
        if pieces
    ]
    await session.execute(insert(held), rows)


async def any_due(session: AsyncSession, *, now: datetime) -> bool:
    """Whether a hold is over that nobody has ended yet."""
    return await session.scalar(select(_due(now).exists())) or False


async def expire_due(
    session: AsyncSession, sku: Sku | None = None, *, now: datetime
) -> Sequence[Hold]:
    """End every hold whose time is over, of one item or of all; those that this call ended."""
    require_transaction(session)
    query = _due(now) if sku is None else _due(now).where(holds.c.sku == sku)
    due = (await session.execute(query.order_by(holds.c.id))).all()
    return [
        await _end(session, one.id, by=EXPIRED, cause=Cause.EXPIRED, at=one.until, now=now)
        for one in due
    ]


def _due(now: datetime) -> Select[tuple[int, datetime]]:
    query = select(holds.c.id, holds.c.until)
    return query.where(holds.c.ended_at.is_(None), holds.c.until <= now)


async def active(session: AsyncSession, sku: Sku | None = None) -> Sequence[Hold]:
    """Open holds, of one item or of all."""
    query = select(*_WORDS).where(holds.c.ended_at.is_(None)).order_by(holds.c.id)
    if sku is not None:
        query = query.where(holds.c.sku == sku)
    rows = (await session.execute(query)).mappings().all()
    places = await _places(session, [row["id"] for row in rows])
    return [Hold(**row, places=places[row["id"]]) for row in rows]


_WORDS = [holds.c[name] for name in Hold.__dataclass_fields__ if name != "places"]


async def _places(
    session: AsyncSession, numbers: Sequence[int]
) -> Mapping[int, Mapping[LocationId, int]]:
    query = select(held).where(held.c.hold.in_(numbers)).order_by(held.c.id)
    found: dict[int, dict[LocationId, int]] = {number: {} for number in numbers}
    for row in await session.execute(query):
        places, place = found[row.hold], LocationId(row.location)
        places[place] = places.get(place, 0) + row.pieces
    return found


async def _end(
    session: AsyncSession, number: int, *, by: str, cause: Cause, at: datetime, now: datetime
) -> Hold:
    """The conditional update decides who ends the hold; everybody else finds it ended.

    A piece that somebody has just typed back into a shop, while it was kept, counts once.
    """
    require_transaction(session)
    statement = (
        update(holds)
        .where(holds.c.id == number, holds.c.ended_at.is_(None))
        .values(ended_at=at, ended_by=by)
        .returning(*_WORDS)
    )
    row = (await session.execute(statement)).mappings().first()
    if row is None:
        over = await _since_it_ended(session, number)
        raise NoSuchHold(f"no open hold has the number {number}{over}: `peg holds` lists them")
    ended = Hold(**row, places=(await _places(session, [number]))[number])
    let_go = _postings(ended, -1, cause=cause, at=at)
    what = f"let go by hold {number} ({ended.why})"
    told = Told(sku=ended.sku, pieces=ended.quantity, what=what, at=now)
    twice = await told_twice.find(session, told, since=ended.opened_at)
    back = await twice.taken_back(session, before=let_go)
    await post(session, [*let_go, *back], now=now)
    await twice.ask(session, more=0)
    words = f"{ended.quantity} {what}"
    await pieces_asked.tell_of_release(session, ended.sku, words, since=ended.opened_at)
    return ended


def _how_to_let_go(kept: Sequence[Hold]) -> str:
    if not kept:
        return ""
    which = str(kept[0].id) if len(kept) == 1 else "HOLD"
    said = ", ".join(f"{one.told} keeps {one.quantity}" for one in kept)
    return f"{said}: `peg release {which}` lets go of them"


async def _since_it_ended(session: AsyncSession, number: int) -> str:
    """How and when a hold ended, if it did: who names it may have come a moment late."""
    query = select(holds.c.ended_by, holds.c.ended_at).where(holds.c.id == number)
    row = (await session.execute(query.where(holds.c.ended_at.is_not(None)))).first()
    if row is None:
        return ""
    how = "expired" if row.ended_by == EXPIRED else f"was {row.ended_by}"
    return f", since it {how} {for_people(row.ended_at, seconds=True)}"


def _postings(hold: Hold, sign: int, *, cause: Cause, at: datetime) -> Sequence[Posting]:
    return [
        Posting(
            sku=hold.sku,
            location=place,
            reserved=sign * pieces,
            cause=cause,
            source=hold.who,
            reference=f"hold {hold.id}",
            happened_at=at,
            note=hold.why,
        )
        for place, pieces in hold.places.items()
    ]
