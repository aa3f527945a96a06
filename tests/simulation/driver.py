"""SQLite without threads: each statement runs at once, and is a step at which PEG may die."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Self

from tests.simulation.process import Dead, Process

from peg.db.in_place import ROWS_PER_CHUNK, InPlaceConnection


class Disk:
    """The disk under the database; while it fails, nothing can be read or written.

    `told` hears of each statement.
    """

    def __init__(self, told: Callable[[str], None] = lambda _: None) -> None:
        self.told = told
        self.failing = False
        self.commits = 0


class InlineConnection(InPlaceConnection):
    """aiosqlite's connection without its thread."""

    def __init__(self, process: Process, disk: Disk, database: str, **options: Any) -> None:
        super().__init__(
            partial(sqlite3.connect, database, **options), iter_chunk_size=ROWS_PER_CHUNK
        )
        self._process = process
        self._disk = disk
        self._tx: Any = _AtOnce()

    def __await__(self) -> Generator[Any, None, Self]:
        return self._open().__await__()

    async def _open(self) -> Self:
        if not self._process.alive:
            raise Dead("the process is dead")
        self._connection = self._connector()
        self._process.holds(self._connection)
        return self

    async def run(self, step: Callable[..., Any], sql: str, parameters: Any) -> Any:
        await self._reach_the_disk()
        self._disk.told(sql)
        return await super().run(step, sql, parameters)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self._reach_the_disk()
        return fn(*args, **kwargs)

    async def _reach_the_disk(self) -> None:
        await asyncio.sleep(0)  # others have their turn, as while a thread works
        self._process.step()
        if self._connection is None:
            raise Dead("the process is dead")
        if self._disk.failing:
            if self._conn.in_transaction:
                self._conn.rollback()
            raise sqlite3.OperationalError("disk I/O error")

    async def commit(self) -> None:
        await super().commit()
        self._disk.commits += 1

    async def rollback(self) -> None:
        """Roll back; for a dead process that has been done."""
        if self._process.alive:
            await super().rollback()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        if self._connection is not None:
            self._process.lets_go(self._connection)
            self._connection.close()
            self._connection = None


class _AtOnce:
    """Stands where aiosqlite has the queue to its thread; SQLAlchemy puts one thing there."""

    def put_nowait(self, item: "tuple[asyncio.Future[Any] | None, Callable[[], Any]]") -> None:
        future, function = item
        result = function()
        if future is not None:
            future.set_result(result)


def driver(process: Process, disk: Disk) -> Callable[..., InlineConnection]:
    """What `open_database` opens its file with."""
    return partial(InlineConnection, process, disk)
