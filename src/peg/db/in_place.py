"""SQLite over aiosqlite, with each statement run where it is asked for.

aiosqlite sends each step of a statement (open a cursor, execute, fetch, close) to the connection's
thread. A statement of PEG takes SQLite some 20 microseconds; the way to the thread and back takes
ten times as long, and under load far longer: the thread must wait until the event loop lets go of
the interpreter, up to 5 ms a statement. So only what really waits goes to the thread: the write
lock where another process holds it, and the commit, which waits for the disk.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Self

import aiosqlite

ROWS_PER_CHUNK = 64
"""aiosqlite's own default for iterating; SQLAlchemy never iterates."""

TAKES_THE_LOCK = "BEGIN IMMEDIATE"
"""The one statement that waits for other processes."""

PRIMARY_CODE = 0xFF
"""SQLite's extended codes say more in the higher bits."""


class InPlaceCursor:
    """A cursor whose rows have all been fetched when `execute` returns."""

    def __init__(self, connection: "InPlaceConnection") -> None:
        self._connection = connection
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
        told = await self._connection.run(step, sql, parameters)
        self._rows, self.description, self.rowcount, self.lastrowid = told
        return self


class _Errand:
    """What the thread was sent to do; whoever waited for it may have been cancelled meanwhile."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self.done = False

    def __call__(self) -> Any:
        try:
            return self._work()
        finally:
            self.done = True


class InPlaceConnection(aiosqlite.Connection):
    """aiosqlite's connection and thread; the thread gets only what may wait."""

    _last: _Errand | None = None

    def cursor(self) -> Any:
        """A cursor; opening it costs nothing."""
        return InPlaceCursor(self)

    async def run(self, step: Callable[..., Any], sql: str, parameters: Any) -> Any:
        """Run a statement to its end: its rows, their description, their count, the last row id."""

        def whole() -> Any:
            cursor = self._conn.cursor()
            try:
                step(cursor, sql, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return rows, cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        if self._thread_is_busy:
            return await self._execute(whole)
        if sql != TAKES_THE_LOCK:
            return whole()
        try:
            with self._without_waiting():
                return whole()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY:
                raise
        return await self._execute(whole)

    async def rollback(self) -> None:
        """Give up the transaction."""
        if self._thread_is_busy:
            await super().rollback()
        else:
            self._conn.rollback()

    @contextmanager
    def _without_waiting(self) -> Iterator[None]:
        """Be told at once that another process holds the lock."""
        (wait_ms,) = self._conn.execute("PRAGMA busy_timeout").fetchone()
        self._conn.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            self._conn.execute(f"PRAGMA busy_timeout = {wait_ms:d}")

    @property
    def _thread_is_busy(self) -> bool:
        """Whether it is still at work for somebody who was cancelled: then all else comes after."""
        return self._last is not None and not self._last.done

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._last = _Errand(lambda: fn(*args, **kwargs))
        return await super()._execute(self._last)  # type: ignore[no-untyped-call]  # not typed there

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


def connect(database: str, **options: Any) -> InPlaceConnection:
    """Open a file; for SQLAlchemy's `async_creator_fn`.

    SQLAlchemy itself says that other threads than the one that opened it may use it.
    """

    def opened() -> sqlite3.Connection:
        _make_private(database)
        connected: sqlite3.Connection = sqlite3.connect(database, **options)
        return connected

    connection = InPlaceConnection(opened, iter_chunk_size=ROWS_PER_CHUNK)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does for its own connections
    return connection


def _make_private(database: str) -> None:
    """A new file is for its owner only, and SQLite gives the files beside it the same rights.

    One that is there already is not even opened: closing it would give up SQLite's own locks.
    """
    with suppress(OSError):  # SQLite says better what is wrong
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
