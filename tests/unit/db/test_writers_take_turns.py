"""Writers queue for one database; they do not queue for another program's lock one by one."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database, open_database, sqlite_url
from peg.db.errors import DatabaseLocked
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import begin

WAIT_S = 1.0
MANY = 12


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(f"{sqlite_url(tmp_path / 'peg.db')}?timeout={WAIT_S}")
    async with begin(database) as session:
        await session.execute(text("CREATE TABLE pieces (n INTEGER)"))
    yield database
    await database.close()


@pytest.fixture
def another(database: Database) -> Iterator[sqlite3.Connection]:
    """Another program that holds the database."""
    with closing(sqlite3.connect(str(database.file), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


async def add_one(session: AsyncSession) -> None:
    await session.execute(text("INSERT INTO pieces VALUES (1)"))


async def write(database: Database) -> None:
    async with begin(database) as session:
        await add_one(session)


async def locked_out(*writers: "asyncio.Task[None]") -> float:
    """Wait until all gave up; how long the slowest took, counted from now."""
    begun_s = time.monotonic()
    ends = await asyncio.gather(*writers, return_exceptions=True)
    assert [type(end) for end in ends] == [DatabaseLocked] * len(writers)
    return time.monotonic() - begun_s


@pytest.mark.usefixtures("another")
async def test_all_who_wait_for_a_held_database_are_told_after_one_wait(database: Database) -> None:
    took_s = await locked_out(*(asyncio.create_task(write(database)) for _ in range(MANY)))

    assert WAIT_S * 0.8 < took_s < WAIT_S * MANY / 3


@pytest.mark.usefixtures("another")
async def test_who_comes_while_a_shared_commit_waits_in_vain_is_told_with_it(
    database: Database,
) -> None:
    commits = SharedCommits(database)
    first = asyncio.create_task(commits.run(add_one))
    await asyncio.sleep(WAIT_S / 10)

    took_s = await locked_out(first, *(asyncio.create_task(commits.run(add_one)) for _ in "123"))

    assert took_s < WAIT_S * 1.6


async def test_a_short_hold_by_another_program_turns_no_writer_away(
    database: Database, another: sqlite3.Connection
) -> None:
    writers = [asyncio.create_task(write(database)) for _ in range(MANY)]
    await asyncio.sleep(WAIT_S / 5)
    another.execute("ROLLBACK")
    await asyncio.gather(*writers)

    assert another.execute("SELECT count(*) FROM pieces").fetchone() == (MANY,)


async def test_a_writer_that_comes_after_others_were_turned_away_waits_for_itself(
    database: Database, another: sqlite3.Connection
) -> None:
    await locked_out(*(asyncio.create_task(write(database)) for _ in range(MANY)))

    later = asyncio.create_task(write(database))
    await asyncio.sleep(WAIT_S / 5)
    another.execute("ROLLBACK")
    await later

    assert another.execute("SELECT count(*) FROM pieces").fetchone() == (1,)


async def test_writers_of_one_program_that_wait_for_each_other_turn_nobody_away(
    database: Database,
) -> None:
    async def slowly() -> None:
        async with begin(database) as session:
            await add_one(session)
            await asyncio.sleep(WAIT_S / 2)

    await asyncio.gather(*(slowly() for _ in range(4)))
