"""Bring a database to the shape this code needs, in one transaction, or say why not."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import ClassVar

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.errors import ErrorKind, PegError

log = structlog.get_logger()

FOLDER = Path(__file__).parent


class DatabaseNewer(PegError):
    """The database was written by a newer PEG."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"the database has the shape {found!r} of a newer PEG, this one knows {known!r}:"
            " install the newer PEG again, or restore the copy made before it first ran;"
            " nothing was changed"
        )


class DatabaseOlder(PegError):
    """The database must be brought to this code's shape first."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, found: str | None, known: str) -> None:
        super().__init__(
            f"the database has the shape {found or 'empty'!r}, this PEG needs {known!r}: stop"
            " every PEG on it, make a backup, and run `peg migrate`"
        )


class Shape(Enum):
    """How a database's shape stands to the code's."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"


async def shape(database: Database) -> Shape:
    """Compare the database with the code.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
    """
    async with reading(database) as session:
        return await session.run_sync(lambda s: _shape(s.connection()))


async def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the steps that are missing, all or none.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
    """
    async with begin(database) as session:
        before = await session.run_sync(lambda s: _shape(s.connection()))
        if before is Shape.CURRENT:
            return
        await _with_alembic(session, lambda config: command.upgrade(config, revision))
    log.info("database.migrated", before=before.value, to=_head())


async def downgrade(database: Database, revision: str) -> None:
    """Take steps back, to `revision` or to `base`. What only the newer shape held is lost."""
    async with begin(database) as session:
        await _with_alembic(session, lambda config: command.downgrade(config, revision))


async def ensure_current(database: Database) -> None:
    """Upgrade an embedded database; of a shared one only check the shape.

    A shared database is migrated by a person: other processes may be at work on it.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
        DatabaseOlder: shared, and a step is missing.
    """
    found = await shape(database)
    if found is Shape.CURRENT:
        return
    if database.engine.dialect.name != "sqlite" and found is Shape.OLDER:
        raise DatabaseOlder(found.value, _head())
    await upgrade(database)


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings: our folder, and a connection that is open already."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def _with_alembic(session: AsyncSession, act: Callable[[Config], None]) -> None:
    await session.run_sync(lambda s: act(alembic_config(s.connection())))


def _shape(connection: Connection) -> Shape:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        return Shape.EMPTY
    known = [step.revision for step in _steps().walk_revisions()]
    if found not in known:
        raise DatabaseNewer(found, _head())
    return Shape.CURRENT if found == _head() else Shape.OLDER


def _steps() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _head() -> str:
    return _steps().get_current_head() or "empty"
