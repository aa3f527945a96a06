"""What was sent to the shops is kept for some weeks; the book is kept for ever."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update
from tests.support.bench import NOON, RING, Bench, open_book
from tests.support.clocks import StandingClock

from peg.bus.outbox import stage
from peg.bus.tables import outbox
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.messages import StockChanged
from peg.ledger import queries
from peg.propagation.tables import attempts, writes
from peg.workers.retention import AT_ONCE, Retention

KEPT = timedelta(days=30)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        yield database


def ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


async def send(database: Database, key: str, *, days: float, ended: bool = True) -> None:
    """An attempt of so many days ago, and what it wrote."""
    at = ago(days)
    row = {"key": key, "shop": "etsy:1", "writes": [], "begun_at": at}
    wrote = {
        "offer": 1,
        "place": "",
        "attempt": key,
        "before": 1,
        "quantity": 0,
        "version": 1,
        "aimed_at": at,
        "written_at": at,
    }
    async with begin(database) as session:
        await session.execute(insert(attempts).values({**row, "ended_at": at if ended else None}))
        await session.execute(insert(writes).values(wrote))


async def kept(database: Database) -> tuple[list[str], list[str]]:
    async with reading(database) as session:
        sent = await session.scalars(select(attempts.c.key).order_by(attempts.c.key))
        wrote = await session.scalars(select(writes.c.attempt).order_by(writes.c.attempt))
        return list(sent.all()), list(wrote.all())


async def prune(database: Database) -> None:
    clock = StandingClock()
    await Retention(database, clock, kept=KEPT).prune()


async def test_what_was_sent_long_ago_is_forgotten_and_nothing_younger(database: Database) -> None:
    await send(database, "old", days=31)
    await send(database, "young", days=29)

    await prune(database)

    assert await kept(database) == (["young"], ["young"])


async def test_an_attempt_without_an_end_stays_until_somebody_knows_what_became_of_it(
    database: Database,
) -> None:
    await send(database, "open", days=99, ended=False)

    await prune(database)

    assert (await kept(database))[0] == ["open"]


async def test_the_book_is_never_forgotten(database: Database) -> None:
    async with begin(database) as session:
        await Bench(session).stock(RING, 3)
    before = await entries(database)

    await Retention(database, StandingClock(), kept=timedelta(days=-365)).prune()

    assert before
    assert await entries(database) == before


async def entries(database: Database) -> int:
    async with reading(database) as session:
        return len(await queries.history(session, RING, limit=99))


async def test_messages_are_forgotten_once_delivered_and_others_wait_however_old(
    database: Database,
) -> None:
    async with begin(database) as session:
        for number in range(AT_ONCE + 2):
            await stage(
                session, StockChanged(sku=RING, version=number, was=2, available=1), now=ago(40)
            )
        await session.execute(update(outbox).where(outbox.c.id > 1).values(delivered_at=ago(40)))

    await prune(database)

    async with reading(database) as session:
        assert await session.scalar(select(func.count()).select_from(outbox)) == 1
