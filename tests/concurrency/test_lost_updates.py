"""Racing writers lose nothing; with SQLAlchemy's defaults they do, so the race is real."""

import asyncio
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin, reading

RACERS = 50
tables = MetaData()
counter = Table("counter", tables, Column("n", Integer, nullable=False))


async def read_then_write(session: AsyncSession) -> None:
    seen = await session.scalar(select(counter.c.n))
    await asyncio.sleep(0)
    assert seen is not None
    await session.execute(update(counter).values(n=seen + 1))


async def test_fifty_racing_tasks_lose_no_update(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "race.db"))
    async with begin(database) as session:
        await session.run_sync(lambda s: tables.create_all(s.connection()))
        await session.execute(insert(counter).values(n=0))

    async def racer() -> None:
        async with begin(database) as session:
            await read_then_write(session)

    await asyncio.gather(*(racer() for _ in range(RACERS)))

    async with reading(database) as session:
        assert await session.scalar(select(counter.c.n)) == RACERS
    await database.close()


async def test_without_the_write_lock_the_same_race_loses_updates(tmp_path: Path) -> None:
    engine = create_async_engine(sqlite_url(tmp_path / "race.db"), pool_size=RACERS)
    async with engine.begin() as connection:
        await connection.run_sync(tables.create_all)
        await connection.execute(insert(counter).values(n=0))

    async def racer() -> None:
        async with AsyncSession(engine) as session, session.begin():
            await read_then_write(session)

    await asyncio.gather(*(racer() for _ in range(RACERS)), return_exceptions=True)

    async with AsyncSession(engine) as session:
        left = await session.scalar(select(counter.c.n))
    assert left is not None
    assert left < RACERS
    await engine.dispose()
