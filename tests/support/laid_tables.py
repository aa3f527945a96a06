"""The file of a book with all tables, made once a test process: each test has its own copy."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, create_engine

from peg.db.engine import Database
from peg.db.transaction import begin
from peg.migrations.tables import all_tables

Make = Callable[[Connection], object]


async def lay_tables(database: Database) -> None:
    """Give a database all tables; one whose file nobody has opened yet gets the copy."""
    if not is_laid(database, _tables):
        async with begin(database) as session:
            await session.run_sync(lambda s: _tables(s.connection()))


def is_laid(database: Database, make: Make) -> bool:
    """Whether the copy was laid: where there is a file already, `make` has to look at it."""
    file = database.file
    if file is None or file.exists():
        return False
    file.touch(mode=0o600)
    file.write_bytes(_made(make))
    return True


@cache
def _made(make: Make) -> bytes:
    with TemporaryDirectory(prefix="peg-book-") as folder:
        file = Path(folder) / "peg.db"
        engine = create_engine(f"sqlite:///{file}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # as PEG opens it
        with engine.begin() as connection:
            make(connection)
        engine.dispose()
        return file.read_bytes()


def _tables(connection: Connection) -> None:
    all_tables().create_all(connection)
