"""Bring a database to the shape this code needs, in one transaction, or say why not."""

import asyncio
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
from peg.migrations.copies import copies, keep_copy

log = structlog.get_logger()

FOLDER = Path(__file__).parent


class DatabaseNewer(PegError):
    """The database was written by a newer PEG."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, found: str, known: str, way_back: str) -> None:
        super().__init__(
            f"the database has the shape {found!r} of a newer PEG, this one knows {known!r}:"
            f" install the newer PEG again, or {way_back}; nothing was changed"
        )


class DatabaseOlder(PegError):
    """The database must be brought to this code's shape first."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, known: str) -> None:
        super().__init__(
            f"the database is older than this PEG, which needs the shape {known!r}: stop every PEG"
            " on it, keep a copy (`pg_dump`), and run `peg migrate`"
        )


class Shape(Enum):
    """How a database's shape stands to the code's."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"


async def shape(database: Database, *, steps: Path = FOLDER) -> Shape:
    """Compare the database with the code.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
    """
    async with reading(database) as session:
        return (await _found(session, database, steps))[0]


async def upgrade(database: Database, *, steps: Path = FOLDER) -> Path | None:
    """Apply the steps that are missing, all or none; the copy kept of an older SQLite file.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
        NoCopyMade: nothing was altered, since no copy could be made.
    """
    copy = None
    async with begin(database) as session:
        before, revision = await _found(session, database, steps)
        if before is Shape.CURRENT:
            return None
        file = database.file
        if before is Shape.OLDER and file is not None:
            # Nobody else can write meanwhile: the transaction has the write lock.
            copy = await asyncio.to_thread(keep_copy, file, str(revision))
            log.warning("database.copied", file=str(copy))
        await _with_alembic(session, steps, lambda config: command.upgrade(config, "head"))
    log.info("database.migrated", before=before.value, to=_head(steps))
    return copy


async def downgrade(database: Database, revision: str) -> None:
    """Take steps back, to `revision` or to `base`. What only the newer shape held is lost."""
    async with begin(database) as session:
        await _with_alembic(session, FOLDER, lambda config: command.downgrade(config, revision))


async def ensure_current(database: Database, *, steps: Path = FOLDER) -> None:
    """Upgrade an embedded database, and keep a copy; of a shared one only check the shape.

    A shared database is migrated by a person: other processes may be at work on it.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
        DatabaseOlder: shared, and a step is missing.
        NoCopyMade: nothing was altered, since no copy could be made.
    """
    found = await shape(database, steps=steps)
    if found is Shape.CURRENT:
        return
    if database.file is None and found is Shape.OLDER:
        raise DatabaseOlder(_head(steps))
    await upgrade(database, steps=steps)


def alembic_config(connection: Connection, steps: Path = FOLDER) -> Config:
    """Alembic's settings: the folder of the steps, and a connection that is open already."""
    config = Config()
    config.set_main_option("script_location", str(steps))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def _with_alembic(session: AsyncSession, steps: Path, act: Callable[[Config], None]) -> None:
    await session.run_sync(lambda s: act(alembic_config(s.connection(), steps)))


async def _found(
    session: AsyncSession, database: Database, steps: Path
) -> tuple[Shape, str | None]:
    """The database's shape, and its name."""
    found = await session.run_sync(
        lambda s: MigrationContext.configure(s.connection()).get_current_revision()
    )
    if found is None:
        return Shape.EMPTY, None
    head = _head(steps)
    known = [step.revision for step in ScriptDirectory(str(steps)).walk_revisions()]
    if found not in known:
        raise DatabaseNewer(found, head, _way_back(database.file, head))
    return Shape.CURRENT if found == head else Shape.OLDER, found


def _way_back(file: Path | None, shape: str) -> str:
    if file is None:
        return "restore what `pg_dump` kept before `peg migrate`"
    kept = copies(file, shape)
    if not kept:
        return "restore a copy of your own from before it first ran"
    return (
        f"stop every PEG and put {kept[-1]}, kept before it first ran, in the place of {file}"
        " (docs/runbooks/database-newer.md)"
    )


def _head(steps: Path) -> str:
    return ScriptDirectory(str(steps)).get_current_head() or "empty"
