"""SQLite over aiosqlite, with one trip to its thread per statement instead of four.

aiosqlite sends each step of a statement (open a cursor, execute, fetch, close) to the connection's
thread by itself; under SQLAlchemy, which always wants all rows at once, the trips cost more than
the statements. Here the steps go together.
"""

import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Self

import aiosqlite

ROWS_PER_CHUNK = 64
"""aiosqlite's own default for iterating; SQLAlchemy never iterates."""


class OneTripCursor:
    """A cursor whose rows have all been fetched when `execute` returns."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self._run = run
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run one statement and fetch what it gives."""
        return await self._keep(sqlite3.Cursor.execute, sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run one statement for many rows."""
        return await self._keep(sqlite3.Cursor.executemany, sql, parameters)

    async def fetchall(self) -> list[Any]:
        """The rows, which are here already."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open any more."""

    async def _keep(self, step: Callable[..., Any], sql: str, parameters: Any) -> Self:
        told = await self._run(step, sql, parameters)
        self._rows, self.description, self.rowcount, self.lastrowid = told
        return self


class OneTripConnection(aiosqlite.Connection):
    """aiosqlite's connection and thread, with cursors that make one trip."""

    def cursor(self) -> Any:
        """A cursor; opening it costs nothing."""
        return OneTripCursor(self._trip)

    async def _connect(self) -> aiosqlite.Connection:
        """Where the file cannot be opened, its thread ends before we do.

        Left alone, it would speak to an event loop that may be closed by then.
        """
        try:
            return await super()._connect()
        except sqlite3.Error:
            self._thread.join()
            raise

    def __del__(self) -> None:
        """A task cancelled in the middle of a reset makes the pool let go: then nobody closes it.

        Its thread does, without a word: nothing was committed, and nothing is lost.
        """
        if self._connection is not None:
            self.stop()

    async def _trip(self, step: Callable[..., Any], sql: str, parameters: Any) -> Any:
        def there() -> Any:
            cursor = self._conn.cursor()
            try:
                step(cursor, sql, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        run: Callable[[Callable[[], Any]], Awaitable[Any]] = self._execute
        return await run(there)


def connect(database: str, **options: Any) -> OneTripConnection:
    """Open a file; for SQLAlchemy's `async_creator_fn`."""

    def opened() -> sqlite3.Connection:
        _make_private(database)
        connected: sqlite3.Connection = sqlite3.connect(database, **options)
        return connected

    connection = OneTripConnection(opened, iter_chunk_size=ROWS_PER_CHUNK)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does for its own connections
    return connection


def _make_private(database: str) -> None:
    """A new file is for its owner only, and SQLite gives the files beside it the same rights.

    One that is there already is not even opened: closing it would give up SQLite's own locks.
    """
    with suppress(OSError):  # SQLite says better what is wrong
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
