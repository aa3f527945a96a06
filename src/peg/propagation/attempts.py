"""Each attempt to change a marketplace: stored before it is sent, ended with what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import OfferId, ShopId
from peg.domain.offer import Ahead
from peg.marketplaces.port import Write
from peg.propagation.board import Standing
from peg.propagation.evidence import Proof
from peg.propagation.tables import attempts, targets, undone, writes

SENT_WITHIN = timedelta(minutes=10)
"""An attempt has ended by then, however long it waited for its turn."""


def new_key(rng: Random) -> str:
    """A key for one attempt; a new decision never uses an old one."""
    return str(UUID(int=rng.getrandbits(128), version=4))


async def begin_attempt(
    session: AsyncSession,
    key: str,
    shop: ShopId,
    planned: Sequence[Write],
    *,
    proof: Mapping[OfferId, Proof] | None = None,
    now: datetime,
) -> None:
    """Store what is about to be sent, and what its raises stand on."""
    require_transaction(session)
    kept = {str(offer): one.facts() for offer, one in (proof or {}).items()}
    row = {
        "key": key,
        "shop": shop,
        "writes": _body(planned),
        "proof": kept or None,
        "begun_at": now,
    }
    await session.execute(insert(attempts).values(row))


async def decide_attempt(session: AsyncSession, key: str, decided: Sequence[Write]) -> None:
    """What a listing that is written as a whole will show, now that it was read once more."""
    require_transaction(session)
    change = update(attempts).where(attempts.c.key == key)
    await session.execute(change.values(writes=_body(decided)))


def _body(planned: Sequence[Write]) -> list[dict[str, Any]]:
    return [
        {
            "listing": write.ref.listing,
            "variant": write.ref.variant,
            "place": write.place,
            "basis": write.basis,
            "quantity": write.quantity,
        }
        for write in planned
    ]


async def keep_before(session: AsyncSession, key: str, before: object) -> None:
    """Keep the former state of what an attempt replaces as a whole."""
    require_transaction(session)
    await session.execute(update(attempts).where(attempts.c.key == key).values(before=before))


def as_read(ahead: Ahead) -> Mapping[str, Any]:
    """What is kept with a former state of how far its marketplace's clock was ahead of ours."""
    return {"ahead_s": [ahead.least.total_seconds(), ahead.most.total_seconds()]}


async def clock_ahead(session: AsyncSession, shop: ShopId) -> Ahead:
    """By how much a shop's clock is ahead of ours, as the last listing written whole was read."""
    query = (
        select(attempts.c.before)
        .where(attempts.c.shop == shop, attempts.c.before.is_not(None))
        .order_by(attempts.c.begun_at.desc())
        .limit(1)
    )
    before = await session.scalar(query)
    least, most = (before or {}).get("ahead_s", (0, 0))
    return Ahead(timedelta(seconds=least), timedelta(seconds=most))


async def around(
    session: AsyncSession, shop: ShopId, *, since: datetime, until: datetime
) -> Sequence[Any]:
    """What stood in the listings that a shop was sent whole between two moments, the last one last.

    Those are meant that were begun by `until` and had not ended before `since`.
    """
    query = (
        select(attempts.c.before)
        .where(attempts.c.shop == shop, attempts.c.before.is_not(None))
        .where(attempts.c.begun_at.between(since - SENT_WITHIN, until))
        .where(or_(attempts.c.ended_at.is_(None), attempts.c.ended_at >= since))
        .order_by(attempts.c.begun_at)
    )
    return list(await session.scalars(query))


async def end_attempt(session: AsyncSession, key: str, *, outcome: str, now: datetime) -> None:
    """Say what became of an attempt."""
    require_transaction(session)
    await session.execute(
        update(attempts).where(attempts.c.key == key).values(ended_at=now, outcome=outcome)
    )


async def forget_ended(session: AsyncSession, until: datetime, limit: int) -> int:
    """Delete some attempts that were begun before a moment and have ended; how many."""
    require_transaction(session)
    old = select(attempts.c.key).where(
        attempts.c.begun_at < until, attempts.c.ended_at.is_not(None)
    )
    some = old.order_by(attempts.c.begun_at).limit(limit)
    statement = delete(attempts).where(attempts.c.key.in_(some)).returning(attempts.c.key)
    return len((await session.scalars(statement)).all())


async def forget_writes(session: AsyncSession, until: datetime, limit: int) -> int:
    """Delete some former states of what was changed before a moment; how many.

    One that is undone stays for as long: it is named when that is taken back.
    """
    require_transaction(session)
    old = writes.c.written_at < until, writes.c.id.not_in(select(undone.c.write))
    some = select(writes.c.id).where(*old).order_by(writes.c.written_at)
    statement = delete(writes).where(writes.c.id.in_(some.limit(limit))).returning(writes.c.id)
    return len((await session.scalars(statement)).all())


async def record_write(
    session: AsyncSession,
    *,
    offer: OfferId,
    place: str,
    attempt: str,
    before: object,
    quantity: int,
    standing: Standing,
    now: datetime,
) -> None:
    """Keep the former state of what was changed, so that it can be explained and put back."""
    require_transaction(session)
    row = {
        "offer": offer,
        "place": place,
        "attempt": attempt,
        "before": before,
        "quantity": quantity,
        "version": standing.target.version,
        "aimed_at": standing.changed_at,
        "behind_since": standing.behind_since,
        "written_at": now,
    }
    await session.execute(insert(writes).values(row))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One change of an offer that its marketplace was seen to show.

    Attributes:
        aimed_at: since when the target that was written had held.
        behind_since: since when the offer had not shown the newest target.
        quantity: what its marketplace shows since, at the place that was changed.
    """

    offer: OfferId
    aimed_at: datetime
    behind_since: datetime | None
    written_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was sent, and what its raises stood on."""

    key: str
    shop: ShopId
    writes: Sequence[Mapping[str, Any]]
    proof: Mapping[str, Any] | None
    begun_at: datetime


async def page(
    session: AsyncSession, after: tuple[datetime, str], *, limit: int
) -> Sequence[Attempt]:
    """Attempts in the order they were begun, from behind one on."""
    begun_at, key = after
    behind = (attempts.c.begun_at > begun_at) | (
        (attempts.c.begun_at == begun_at) & (attempts.c.key > key)
    )
    query = (
        select(*(attempts.c[name] for name in Attempt.__dataclass_fields__))
        .where(attempts.c.begun_at >= begun_at, behind)
        .order_by(attempts.c.begun_at, attempts.c.key)
        .limit(limit)
    )
    return [Attempt(**row) for row in (await session.execute(query)).mappings()]


async def raised_since(session: AsyncSession, shop: ShopId, since: datetime) -> frozenset[OfferId]:
    """The offers of a shop of which PEG has shown more from a moment on."""
    query = (
        select(writes.c.offer, writes.c.before, writes.c.quantity)
        .join(targets, targets.c.offer == writes.c.offer)
        .where(targets.c.shop == shop, writes.c.written_at >= since)
    )
    rows = await session.execute(query)
    return frozenset(OfferId(row.offer) for row in rows if row.quantity > row.before)


async def changed_since(
    session: AsyncSession, offers: Sequence[OfferId], since: datetime
) -> frozenset[OfferId]:
    """Those of some offers that PEG has changed from a moment on.

    A listing is written as a whole: what stood in it unchanged was written, and is none of them.
    """
    query = select(writes.c.offer, writes.c.before, writes.c.quantity)
    rows = await session.execute(
        query.where(writes.c.offer.in_(offers), writes.c.written_at >= since)
    )
    return frozenset(OfferId(row.offer) for row in rows if row.quantity != row.before)


async def written_since(
    session: AsyncSession, offers: Sequence[OfferId], since: datetime
) -> Mapping[OfferId, Sequence[Written]]:
    """How each of some offers was changed by PEG from a moment on, the earliest first."""
    query = (
        select(*(writes.c[name] for name in Written.__dataclass_fields__))
        .where(writes.c.offer.in_(offers), writes.c.written_at >= since)
        .order_by(writes.c.written_at, writes.c.id)
    )
    found: dict[OfferId, list[Written]] = {}
    for row in (await session.execute(query)).mappings():
        found.setdefault(OfferId(row["offer"]), []).append(Written(**row))
    return found
