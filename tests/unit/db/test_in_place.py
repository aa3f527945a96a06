"""Statements run where they are asked for; what may wait holds up nobody else."""

import asyncio
import gc
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from peg.db.engine import Database, open_database, sqlite_url
from peg.db.in_place import connect
from peg.db.transaction import begin, reading, upsert, upsert_all

tables = MetaData()
stones = Table(
    "stones",
    tables,
    Column("number", Integer, primary_key=True),
    Column("points", Integer, nullable=False),
)


AT_ONCE_S = 1.0
"""Far less than a lock is waited for, and far more than a statement takes."""


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process is writing."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def write_one(database: Database, number: int) -> None:
    async with begin(database) as session:
        await session.execute(insert(stones).values(number=number, points=1))


async def count(database: Database) -> int:
    async with reading(database) as session:
        return len((await session.scalars(select(stones.c.number))).all())


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(sqlite_url(tmp_path / "stones.db"))
    async with begin(database) as session:
        await session.run_sync(lambda s: tables.create_all(s.connection()))
    yield database
    await database.close()


async def test_rows_come_back_as_they_were_written(database: Database) -> None:
    rows = [{"number": number, "points": 10 * number} for number in range(1, 200)]
    async with begin(database) as session:
        await session.execute(insert(stones), rows)

    async with reading(database) as session:
        found = (await session.execute(select(stones).order_by(stones.c.number))).mappings()
        assert [dict(row) for row in found] == rows


async def test_returned_rows_and_counts_are_told(database: Database) -> None:
    async with begin(database) as session:
        made = insert(stones).returning(stones.c.number)
        numbers = (await session.scalars(made, [{"points": 1}, {"points": 2}])).all()
        gone = await session.execute(delete(stones).where(stones.c.points == 2))

    assert len(numbers) == 2
    assert gone.rowcount == 1  # type: ignore[attr-defined]  # a DML result is a cursor result


async def test_a_refused_row_is_an_error_and_leaves_the_rest(database: Database) -> None:
    async with begin(database) as session:
        await session.execute(insert(stones).values(number=1, points=1))
        with pytest.raises(IntegrityError):
            async with session.begin_nested():
                await session.execute(insert(stones).values(number=1, points=2))

    async with reading(database) as session:
        assert await session.scalar(select(stones.c.points)) == 1


async def test_an_upsert_replaces_what_is_there_one_row_or_many(database: Database) -> None:
    async with begin(database) as session:
        await session.execute(upsert(session, stones, {"number": 1, "points": 1}, ["number"]))
        many = [{"number": 1, "points": 5}, {"number": 2, "points": 6}]
        await upsert_all(session, stones, many, ["number"])
        await upsert_all(session, stones, [], ["number"])

    async with reading(database) as session:
        found = await session.scalars(select(stones.c.points).order_by(stones.c.number))
        assert list(found) == [5, 6]


async def test_whoever_waits_for_another_process_keeps_nobody_from_reading(
    database: Database,
) -> None:
    assert database.file is not None
    with locked(database.file):
        writing = asyncio.create_task(write_one(database, 1))

        async with asyncio.timeout(AT_ONCE_S):
            for _ in range(20):
                assert await count(database) == 0
                await asyncio.sleep(0.001)
        assert not writing.done()

    await writing
    assert await count(database) == 1


async def test_whoever_is_cancelled_while_waiting_leaves_nothing_locked(
    database: Database,
) -> None:
    assert database.file is not None
    with locked(database.file):
        writing = asyncio.create_task(write_one(database, 1))
        await asyncio.sleep(0.05)
        writing.cancel()
        async with asyncio.timeout(AT_ONCE_S):
            assert await count(database) == 0

    with pytest.raises(asyncio.CancelledError):
        await writing
    await write_one(database, 2)
    assert await count(database) == 1


async def test_whatever_is_asked_while_the_thread_is_at_work_comes_after_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "peg.db"
    connection = connect(str(file), isolation_level=None, check_same_thread=False)
    await connection
    await connection.cursor().execute("CREATE TABLE stones (number INTEGER)")
    with locked(file):
        waiting = asyncio.create_task(connection.cursor().execute("BEGIN IMMEDIATE"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        after = asyncio.create_task(connection.rollback())
        await asyncio.sleep(0.05)
        assert not after.done()  # and the event loop goes on

    await after
    assert not connection.in_transaction
    await connection.close()


async def test_a_connection_that_everybody_let_go_of_is_closed_by_its_thread(
    tmp_path: Path,
) -> None:
    connection = await connect(str(tmp_path / "peg.db"))
    thread = connection._thread  # noqa: SLF001 - nothing else tells whether it has ended

    del connection
    gc.collect()

    for _ in range(100):
        if not thread.is_alive():
            break
        await asyncio.sleep(0.01)
    assert not thread.is_alive()
