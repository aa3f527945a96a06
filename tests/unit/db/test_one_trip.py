import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from peg.db.engine import Database, open_database, sqlite_url
from peg.db.one_trip import connect
from peg.db.transaction import begin, reading, upsert, upsert_all

tables = MetaData()
stones = Table(
    "stones",
    tables,
    Column("number", Integer, primary_key=True),
    Column("points", Integer, nullable=False),
)


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
