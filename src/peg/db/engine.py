"""One database, opened once by wiring."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from peg.db.errors import DatabaseLocked, DriverMissing, translated
from peg.db.in_place import InPlaceConnection, connect
from peg.domain.clock import Clock

Connect = Callable[..., InPlaceConnection]
"""Opens a file of SQLite's, as `in_place.connect` does."""

LOCK_WAIT_S = 5.0
LOOK_S = 0.005


class Database:
    """The engine, and the turn-taking of writers that SQLite needs.

    SQLite lets one writer in at a time; a queue inside the process is fair and costs nothing,
    whereas the file's own lock makes losers sleep and poll.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else None
        self._lockouts = 0
        self._committed: list[Callable[[Sequence[str]], None]] = []

    @property
    def file(self) -> Path | None:
        """The file of an embedded database; None for a shared one."""
        url = self.engine.url
        if url.get_backend_name() != "sqlite" or not url.database:
            return None
        return Path(url.database)

    @property
    def place(self) -> str:
        """Where it is, for people: the file, or the address without its password."""
        return str(self.file or self.engine.url.render_as_string(hide_password=True))

    def on_commit(self, listener: Callable[[Sequence[str]], None]) -> None:
        """Call `listener` with the signals of every transaction after it is committed."""
        self._committed.append(listener)

    def announce(self, signals: Sequence[str]) -> None:
        """Tell the listeners what was committed."""
        for listener in self._committed:
            listener(signals)

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[None]:
        """Wait for the writer's turn.

        Raises:
            DatabaseLocked: another program kept out one who went before. Were each to wait as long
                for itself, the last would wait for minutes, and no shop hear of it in time.
        """
        if self._turn is None:
            yield
            return
        lockouts = self._lockouts
        async with self._turn:
            if self._lockouts != lockouts:
                raise DatabaseLocked(self.place)
            try:
                yield
            except DBAPIError as error:
                self._lockouts += isinstance(translated(error, self.place), DatabaseLocked)
                raise

    async def between_transactions(self, clock: Clock, *, within_s: float) -> bool:
        """Wait for a moment in which nobody uses the database: who is cancelled then loses nothing.

        Returns whether there was one in time.
        """
        pool = self.engine.pool
        if not isinstance(pool, QueuePool):
            return True
        give_up_at = clock.monotonic() + within_s
        while pool.checkedout() and clock.monotonic() < give_up_at:
            await clock.sleep(LOOK_S)
        return not pool.checkedout()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def open_database(address: str, *, driver: Connect = connect) -> Database:
    """Open `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://…`; nothing is read yet.

    SQLite's `?timeout=` says how many seconds a lock is waited for; `driver` opens its file.

    Raises:
        DriverMissing: what speaks to this kind of database is not installed.
    """
    url = make_url(address)
    try:
        if url.get_backend_name() == "sqlite":
            return Database(_sqlite(url, driver))
        return Database(create_async_engine(url, pool_pre_ping=True))
    except ModuleNotFoundError as cause:
        raise DriverMissing(cause.name or url.drivername) from cause


def sqlite_url(file: Path) -> str:
    """The URL of a database file."""
    return f"sqlite+aiosqlite:///{file}"


def _sqlite(url: URL, driver: Connect) -> AsyncEngine:
    lock_wait_s = float(str(url.query.get("timeout", LOCK_WAIT_S)))
    engine = create_async_engine(
        url,
        connect_args={"timeout": lock_wait_s, "async_creator_fn": driver},
        pool_size=8,  # so many loops may look at once, and opening a file anew costs four pragmas
        max_overflow=8,
    )

    # SQLAlchemy's default leaves BEGIN to the driver, which begins only at the first write: two
    # tasks then read the same figure and one update is lost. So we begin by ourselves, and take
    # the write lock before the first read.
    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # a power cut must not lose an acknowledged webhook
            "foreign_keys=ON",
            f"busy_timeout={int(lock_wait_s * 1000)}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine
