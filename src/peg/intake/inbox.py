"""Everything arrives twice: keep it once, then work on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import insert_or_ignore, require_transaction, signal
from peg.domain.identity import Channel, ShopId
from peg.intake.tables import inbox
from peg.marketplaces.hints import Hint, HintReader

INBOX = "inbox"
"""The signal that wakes the workers."""

RETRY_WAIT_S_MAX = 600.0
READ_AGAIN = "peg/order"
"""The topic of an order that a poll found and that could not be taken in at once."""

_TELLS_OF_AN_ORDER = ("order", "refunds/", READ_AGAIN, "unknown")
"""How topics begin that may tell of a piece sold."""

Due = ColumnElement[bool]
"""Which of a shop's deliveries are to be worked on: not each that waits is to be tried."""

_IS_OPEN = (inbox.c.handled_at.is_(None), inbox.c.dead_at.is_(None))
_IS_TO_BE_WORKED_ON = (*_IS_OPEN, inbox.c.waits_since.is_(None))


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

    def hint(self, readers: Mapping[Channel, HintReader]) -> Hint:
        """Where it points.

        Raises:
            MalformedDelivery: it does not say where.
            UnknownTopic: about something that PEG never asked for.
        """
        reader = readers[Channel(self.shop.partition(":")[0])]
        return reader.hint(self.headers, self.body, shop=self.shop, received_at=self.received_at)


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
    await change(session, delivery_id, handled_at=now, outcome=outcome)


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


def tells_of_an_order() -> ColumnElement[bool]:
    """Of which deliveries a piece may have been sold."""
    return or_(*(inbox.c.topic.startswith(start) for start in _TELLS_OF_AN_ORDER))


def wait_s(attempts: int) -> float:
    """The pause after so many tries."""
    return min(0.2 * 2.0**attempts, RETRY_WAIT_S_MAX)


def in_words(error: Exception) -> str:
    """An error as it is kept with its delivery."""
    return f"{type(error).__name__}: {error}"[:2000]


async def change(session: AsyncSession, delivery_id: int, **values: Any) -> None:
    """Note something with one delivery."""
    require_transaction(session)
    await session.execute(update(inbox).where(inbox.c.id == delivery_id).values(**values))
