"""Bring a database to this code's shape, in one transaction; only here is Alembic loaded."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.transaction import begin
from peg.migrations.copies import keep_copy
from peg.migrations.schema import FOLDER, Shape, found_shape, revisions, shape
from peg.wiring.alone import nobody_runs

log = structlog.get_logger()


async def upgrade(database: Database, *, steps: Path = FOLDER) -> Path | None:
    """Apply the steps that are missing, all or none; the copy kept of an older SQLite file.

    Raises:
        DatabaseNewer: it was written by a newer PEG.
        NoCopyMade: nothing was altered, since no copy could be made.
        StillRunning: an older PEG is at work on it, and its tables must not change under its hands.
    """
    found, file = await shape(database, steps=steps), database.file
    if found is Shape.CURRENT:
        return None
    with nobody_runs(file) if found is Shape.OLDER and file is not None else nullcontext():
        return await _upgrade(database, steps)


async def _upgrade(database: Database, steps: Path) -> Path | None:
    copy = None
    async with begin(database) as session:
        before, revision = await found_shape(session, database, steps)
        if before is Shape.CURRENT:  # another command was faster
            return None
        file = database.file
        if before is Shape.OLDER and file is not None:
            # Nobody else can write meanwhile: the transaction has the write lock.
            copy = await asyncio.to_thread(keep_copy, file, str(revision))
            log.warning("database.copied", file=str(copy))
        await _with_alembic(session, steps, lambda config: command.upgrade(config, "head"))
    log.info("database.migrated", before=before.value, to=revisions(steps)[-1])
    return copy


async def downgrade(database: Database, revision: str) -> None:
    """Take steps back, to `revision` or to `base`. What only the newer shape held is lost."""
    async with begin(database) as session:
        await _with_alembic(session, FOLDER, lambda config: command.downgrade(config, revision))


def alembic_config(connection: Connection, steps: Path = FOLDER) -> Config:
    """Alembic's settings: the folder of the steps, and a connection that is open already."""
    config = Config()
    config.set_main_option("script_location", str(steps))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def _with_alembic(session: AsyncSession, steps: Path, act: Callable[[Config], None]) -> None:
    await session.run_sync(lambda s: act(alembic_config(s.connection(), steps)))
