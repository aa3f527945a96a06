"""One task, one transaction, opened at the edge; inner functions demand it, none commits."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Executable, Select, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable, NoTransaction, translated

_SIGNALS = "signals"
_COMMITTED = "committed"


@asynccontextmanager
async def begin(database: Database) -> AsyncIterator[AsyncSession]:
    """Open the writing transaction of this request or task; commit on success.

    Signals raised inside are announced after the commit, never before it, each once and in the
    order in which they were raised.

    Raises:
        DatabaseUnavailable: locked too long, disk full, read-only, damaged; nothing was changed.
    """
    try:
        async with (
            database.writer(),
            AsyncSession(database.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            await _connect(session, database)  # takes the write lock before the first read
            yield session
    except DBAPIError as error:
        named = translated(error, database.place)
        if named is None:
            raise
        raise named from error
    for tell in session.info.get(_COMMITTED, ()):
        tell()
    if signals := session.info.get(_SIGNALS):
        database.announce(tuple(signals))


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[AsyncSession]:
    """Open a transaction that only reads: one consistent moment, and nobody waits for it."""
    try:
        async with AsyncSession(database.engine, expire_on_commit=False) as session:
            await _connect(session, database, reads_only=True)
            yield session
    except DBAPIError as error:
        named = translated(error, database.place)
        if named is None:
            raise
        raise named from error


async def _connect(session: AsyncSession, database: Database, *, reads_only: bool = False) -> None:
    """Get a connection, and begin on it.

    Raises:
        DatabaseUnavailable: there is no server at its address.
    """
    try:
        await session.connection(execution_options={"reads_only": True} if reads_only else None)
    except OSError as cause:
        raise DatabaseUnavailable(
            f"the database ({database.place}) does not answer ({cause}): see whether its server"
            " runs, and whether PEG_DATABASE_URL names it"
        ) from cause


def require_transaction(session: AsyncSession) -> None:
    """Refuse to work outside a transaction.

    Raises:
        NoTransaction: the caller opened none.
    """
    if not session.in_transaction():
        raise NoTransaction("open one with begin() at the edge of the task")


def signal(session: AsyncSession, name: str) -> None:
    """Wake whoever waits for `name`, once this transaction is committed. A hint, not a fact."""
    session.info.setdefault(_SIGNALS, {})[name] = None


def once_committed(session: AsyncSession, tell: Callable[[], object]) -> None:
    """Have `tell` say what this transaction did, once it is done; of one that failed, nothing."""
    session.info.setdefault(_COMMITTED, []).append(tell)


def insert_or_ignore(session: AsyncSession, table: Table) -> Any:
    """An INSERT that leaves an existing row alone; RETURNING gives nothing then."""
    return _insert(session, table).on_conflict_do_nothing()


def upsert(session: AsyncSession, table: Table, row: dict[str, Any], keys: Sequence[str]) -> Any:
    """An INSERT of `row` that replaces the other columns where `keys` exist already."""
    statement = _insert(session, table).values(row)
    rest = _replaced(session, table, row, keys)
    return statement.on_conflict_do_update(index_elements=list(keys), set_=rest)


async def upsert_all(
    session: AsyncSession,
    table: Table,
    rows: Sequence[dict[str, Any]],
    keys: Sequence[str],
    *,
    first: Sequence[str] = (),
) -> None:
    """`upsert` for many rows with the same columns; for none, do nothing.

    What the columns named `first` were first told stays.
    """
    if not rows:
        return
    rest = _replaced(session, table, rows[0], [*keys, *first])
    statement = _insert(session, table)
    statement = statement.on_conflict_do_update(index_elements=list(keys), set_=rest)
    await session.execute(statement, list(rows))


async def add_up(
    session: AsyncSession,
    table: Table,
    found: Select[Any],
    *,
    keys: Sequence[str],
    sums: Sequence[str],
) -> None:
    """Insert the rows that a query finds, in the table's order; where `keys` exist, add `sums`."""
    statement = _insert(session, table).from_select(list(table.c.keys()), found)
    new = _new_row(session.get_bind().dialect.name, table)
    more = {name: table.c[name] + new[name] for name in sums}
    await session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=more))


async def execute_all(session: AsyncSession, statement: Executable, rows: list[Any]) -> None:
    """Run one statement for many rows; for none, do nothing."""
    if rows:
        await session.execute(statement, rows)


def _insert(session: AsyncSession, table: Table) -> Any:
    return _insert_in(session.get_bind().dialect.name, table)


def _replaced(
    session: AsyncSession, table: Table, row: dict[str, Any], keys: Sequence[str]
) -> dict[str, Any]:
    new = _new_row(session.get_bind().dialect.name, table)
    return {name: new[name] for name in row if name not in keys}


@cache
def _new_row(dialect: str, table: Table) -> Any:
    """The row that an INSERT brings; the same for all, and slow to make."""
    return _insert_in(dialect, table).excluded


def _insert_in(dialect: str, table: Table) -> Any:
    """The engine's own INSERT, found by name: no command waits for the other engine's to load."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
