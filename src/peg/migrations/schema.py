"""How a database's shape stands to this code, and what is done about it."""

from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.errors import ErrorKind, PegError
from peg.migrations.copies import copies

FOLDER = Path(__file__).parent

ALTERING = "peg.migrations.altering"
"""Named, not imported: Alembic takes a while to load, and is needed once in a database's life."""


class DatabaseNewer(PegError):
    """The database was written by a newer PEG."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, found: str, known: str, way_back: str) -> None:
        super().__init__(
            f"the database has the shape {found!r} of a newer PEG, this one knows {known!r}:"
            f" install the newer PEG again, or {way_back}; nothing was changed"
        )


class DatabaseOlder(PegError):
    """The database must be brought to this code's shape first."""

    kind: ClassVar[ErrorKind] = "broken"

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
        return (await found_shape(session, database, steps))[0]


async def ensure_current(database: Database, *, steps: Path = FOLDER) -> None:
    """Upgrade an embedded database, and keep a copy; of a shared one only check the shape.

    A shared database is migrated by a person: other processes may be at work on it.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
        DatabaseOlder: shared, and a step is missing.
        NoCopyMade: nothing was altered, since no copy could be made.
        StillRunning: an older PEG is at work on it.
    """
    found = await shape(database, steps=steps)
    if found is Shape.CURRENT:
        return
    if database.file is None and found is Shape.OLDER:
        raise DatabaseOlder(revisions(steps)[-1])
    await import_module(ALTERING).upgrade(database, steps=steps)


async def found_shape(
    session: AsyncSession, database: Database, steps: Path
) -> tuple[Shape, str | None]:
    """The database's shape, and its name.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
    """
    found = await session.run_sync(
        lambda s: s.scalar(_NAME) if inspect(s.connection()).has_table(_TABLE) else None
    )
    if found is None:
        return Shape.EMPTY, None
    known = revisions(steps)
    if found not in known:
        raise DatabaseNewer(found, known[-1], _way_back(database.file, known[-1]))
    return Shape.CURRENT if found == known[-1] else Shape.OLDER, found


def revisions(steps: Path) -> list[str]:
    """The steps' names in their order: what their files begin with."""
    return sorted(file.name.partition("_")[0] for file in steps.glob("versions/[0-9]*.py"))


_TABLE = "alembic_version"
_NAME = text(f"SELECT version_num FROM {_TABLE}")  # noqa: S608 - our own constant


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
