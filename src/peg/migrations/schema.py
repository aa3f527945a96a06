"""How a database's shape stands to this code, and what is done about it."""

import re
from enum import Enum
from importlib import import_module
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import reading
from peg.migrations.errors import DatabaseOlder, of_another_peg

FOLDER = Path(__file__).parent

ALTERING = "peg.migrations.altering"
"""Named, not imported: Alembic takes a while to load, and is needed once in a database's life."""


class Shape(Enum):
    """How a database's shape stands to the code's."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"


async def shape(database: Database, *, steps: Path = FOLDER) -> Shape:
    """Compare the database with the code.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
        DatabaseUnreleased: its step is known with other tables.
    """
    async with reading(database) as session:
        return (await found_shape(session, database, steps))[0]


async def ensure_current(database: Database, *, steps: Path = FOLDER) -> None:
    """Upgrade an embedded database, and keep a copy; of a shared one only check the shape.

    A shared database is migrated by a person: other processes may be at work on it.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
        DatabaseUnreleased: its step is known with other tables.
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
        DatabaseUnreleased: its step is known with other tables.
    """
    found = await session.run_sync(
        lambda s: s.scalar(_NAME) if inspect(s.connection()).has_table(_TABLE) else None
    )
    if found is None:
        return Shape.EMPTY, None
    known = revisions(steps)
    if found not in known:
        raise of_another_peg(found, known, database.file)
    return Shape.CURRENT if found == known[-1] else Shape.OLDER, found


def revisions(steps: Path) -> list[str]:
    """The steps' names in their order: a number, and the fingerprint of the tables it leads to.

    Read as text: every command asks for them, and only Alembic can run the steps.
    """
    return sorted(_name_of(step) for step in steps.glob("versions/[0-9]*.py"))


_TABLE = "alembic_version"
_NAME = text(f"SELECT version_num FROM {_TABLE}")  # noqa: S608 - our own constant


_SAYS_ITS_NAME = re.compile(r'revision = "(\w+)"')


def _name_of(step: Path) -> str:
    with step.open() as lines:
        return next(said[1] for line in lines if (said := _SAYS_ITS_NAME.match(line)))
