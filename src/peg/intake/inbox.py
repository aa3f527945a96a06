"""Everything arrives twice: keep it once, then work on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import insert_or_ignore, require_transaction, signal
from peg.domain.identity import ShopId
from peg.intake.tables import inbox

INBOX = "inbox"
"""The signal that wakes the workers."""

ATTEMPTS_MAX = 20
RETRY_WAIT_S_MAX = 600.0
DISCARDED = "discarded"
SET_ASIDE = "set aside"
READ_AGAIN = "peg/order"
"""The topic of an order that a poll found and that could not be taken in at once."""

Due = ColumnElement[bool]
"""Which of a shop's deliveries are to be worked on: not each that waits is to be tried."""

_IS_OPEN = (inbox.c.handled_at.is_(None), inbox.c.dead_at.is_(None))
_IS_TO_BE_WORKED_ON = (*_IS_OPEN, inbox.c.waits_since.is_(None))
_IS_DEAD = (inbox.c.dead_at.is_not(None), inbox.c.handled_at.is_(None))


class Receipt(Enum):
    """Whether a delivery was seen for the first time."""

    NEW = "new"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One kept delivery that waits to be worked on.

    Attributes:
        first_dead_at: when it was put aside, if it was already and is tried again by itself.
    """

    id: int
    shop: ShopId
    topic: str
    delivery: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    attempts: int
    first_dead_at: datetime | None


async def record_once(
    session: AsyncSession,
    *,
    shop: ShopId,
    topic: str,
    delivery: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> Receipt:
    """Keep a delivery the first time it arrives; the unique key decides, not a lookup.

    It is worked on after `wait`.
    """
    require_transaction(session)
    row = {
        "shop": shop,
        "topic": topic,
        "delivery": delivery,
        "headers": dict(headers),
        "body": body,
        "received_at": now,
        "next_at": now + wait,
        "attempts": 0,
    }
    insert = insert_or_ignore(session, inbox).values(row).returning(inbox.c.id)
    if await session.scalar(insert) is None:
        return Receipt.DUPLICATE
    signal(session, INBOX)
    return Receipt.NEW


async def shops_waiting(session: AsyncSession) -> Sequence[ShopId]:
    """The shops of whose deliveries some are not done."""
    query = select(inbox.c.shop).where(*_IS_OPEN).distinct().order_by(inbox.c.shop)
    return [ShopId(shop) for shop in (await session.scalars(query)).all()]


async def next_due_at(session: AsyncSession, *, after: datetime) -> datetime | None:
    """When the next delivery `after` this moment is to be worked on; None: none waits."""
    due_at: datetime | None = await session.scalar(
        select(func.min(inbox.c.next_at)).where(*_IS_OPEN, inbox.c.next_at > after)
    )
    return due_at


async def waiting(
    session: AsyncSession, shop: ShopId, due: Due, *, without: Collection[int] = (), limit: int
) -> Sequence[Delivery]:
    """A shop's deliveries to work on now, oldest first, `without` those under way."""
    query = (
        select(*(inbox.c[name] for name in Delivery.__dataclass_fields__))
        .where(*_IS_OPEN, due, inbox.c.shop == shop, inbox.c.id.not_in(without))
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return [Delivery(**row) for row in (await session.execute(query)).mappings()]


async def handled(session: AsyncSession, delivery_id: int, *, outcome: str, now: datetime) -> None:
    """The delivery's work is done; `outcome` says how it ended."""
    await _change(session, delivery_id, handled_at=now, outcome=outcome)


async def set_aside(session: AsyncSession, delivery_id: int, *, why: str, now: datetime) -> None:
    """The delivery is of no use, and another try would read the same: kept, with the reason."""
    await _change(session, delivery_id, handled_at=now, outcome=SET_ASIDE, last_error=why[:2000])


async def set_aside_since(
    session: AsyncSession, since: datetime
) -> tuple[int, Mapping[str, Any] | None]:
    """How many deliveries were of no use from a moment on, and the newest of them."""
    mine = (inbox.c.outcome == SET_ASIDE, inbox.c.handled_at >= since)
    count = await session.scalar(select(func.count()).where(*mine)) or 0
    columns = (inbox.c.shop, inbox.c.topic, inbox.c.last_error)
    newest = select(*columns).where(*mine).order_by(inbox.c.id.desc()).limit(1)
    row = (await session.execute(newest)).mappings().first()
    return count, None if row is None else dict(row)


async def failed(
    session: AsyncSession, delivery: Delivery, error: Exception, *, now: datetime
) -> bool:
    """Try the delivery again later, or put it aside as dead: kept, not lost.

    Returns whether it was put aside for the first time.
    """
    attempts = delivery.attempts + 1
    dead = attempts >= ATTEMPTS_MAX
    await _change(
        session,
        delivery.id,
        attempts=attempts,
        next_at=now + timedelta(seconds=wait_s(attempts)),
        waits_since=None,
        dead_at=now if dead else None,
        first_dead_at=delivery.first_dead_at or (now if dead else None),
        last_error=in_words(error),
    )
    signal(session, INBOX)
    return dead and delivery.first_dead_at is None


async def oldest_waiting_at(session: AsyncSession) -> datetime | None:
    """When the oldest delivery to be worked on arrived: its age says more than the queue's length.

    What waits for a shop that is out of reach is not counted: nothing hurries that.
    """
    query = select(func.min(inbox.c.received_at)).where(*_IS_TO_BE_WORKED_ON)
    oldest: datetime | None = await session.scalar(query)
    return oldest


async def what_keeps_the_oldest(session: AsyncSession) -> str:
    """What the oldest delivery to be worked on met at its last try; empty: nobody has tried it."""
    query = (
        select(inbox.c.topic, inbox.c.shop, inbox.c.last_error)
        .where(*_IS_TO_BE_WORKED_ON)
        .order_by(inbox.c.received_at)
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return f"{row.topic} of {row.shop}: {row.last_error}" if row and row.last_error else ""


async def newest_at(session: AsyncSession, shop: ShopId) -> datetime | None:
    """When a shop's newest webhook arrived; None: never."""
    mine = select(inbox.c.received_at).where(inbox.c.shop == shop, inbox.c.topic != READ_AGAIN)
    newest: datetime | None = await session.scalar(mine.order_by(inbox.c.id.desc()).limit(1))
    return newest


async def dead_count(session: AsyncSession) -> int:
    """How many deliveries were put aside."""
    return await session.scalar(select(func.count()).where(*_IS_DEAD)) or 0


async def dead(session: AsyncSession, *, limit: int | None = None) -> Sequence[Mapping[str, Any]]:
    """Deliveries put aside after too many failures, newest first."""
    columns = ("id", "shop", "topic", "delivery", "received_at", "attempts", "last_error")
    query = (
        select(*(inbox.c[name] for name in columns))
        .where(*_IS_DEAD)
        .order_by(inbox.c.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def try_orders_again(
    session: AsyncSession, *, dead_until: datetime, but_of: Collection[ShopId], now: datetime
) -> int:
    """Orders that were put aside until a moment are read once more; how many.

    Those of shops that cannot be read (`but_of`) stay where they are.
    """
    require_transaction(session)
    in_vain = inbox.c.first_dead_at.is_not(None), inbox.c.dead_at <= dead_until
    mine = inbox.c.topic == READ_AGAIN, inbox.c.shop.not_in(but_of)
    again = update(inbox).where(*_IS_DEAD, *in_vain, *mine)
    again = again.values(dead_at=None, next_at=now).returning(inbox.c.id)
    count = len((await session.scalars(again)).all())
    if count:
        signal(session, INBOX)
    return count


async def revive(session: AsyncSession, delivery_id: int | None, *, now: datetime) -> int:
    """Work on a dead delivery again, or on all of them; how many that were."""
    fresh = {"dead_at": None, "first_dead_at": None, "attempts": 0, "next_at": now}
    count = await _end(session, delivery_id, fresh)
    signal(session, INBOX)
    return count


async def discard(
    session: AsyncSession, delivery_id: int | None, *, who: str, why: str, now: datetime
) -> int:
    """A person wants no more of a dead delivery; it is kept, with the reason. How many."""
    reason = inbox.c.last_error + f"; discarded by {who}: {why}"
    return await _end(
        session, delivery_id, {"handled_at": now, "outcome": DISCARDED, "last_error": reason}
    )


def wait_s(attempts: int) -> float:
    """The pause after so many tries."""
    return min(0.2 * 2.0**attempts, RETRY_WAIT_S_MAX)


def in_words(error: Exception) -> str:
    """An error as it is kept with its delivery."""
    return f"{type(error).__name__}: {error}"[:2000]


async def _end(session: AsyncSession, delivery_id: int | None, values: dict[str, Any]) -> int:
    """Change one dead delivery, or every one."""
    require_transaction(session)
    which = (*_IS_DEAD,) if delivery_id is None else (*_IS_DEAD, inbox.c.id == delivery_id)
    statement = update(inbox).where(*which).values(values).returning(inbox.c.id)
    return len((await session.scalars(statement)).all())


async def _change(session: AsyncSession, delivery_id: int, **values: Any) -> None:
    require_transaction(session)
    await session.execute(update(inbox).where(inbox.c.id == delivery_id).values(**values))
