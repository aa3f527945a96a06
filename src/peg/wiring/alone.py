"""One PEG per database file: two would pace the marketplaces and write to them twice."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from sqlalchemy.engine import make_url

from peg.db.errors import DatabaseReadOnly
from peg.domain.errors import ErrorKind, PegError
from peg.settings.fields import Settings


class AlreadyRunning(PegError):
    """Another `peg run` works on the same database file."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"another PEG runs on the same data ({file} is locked): stop it, or set another"
            " PEG_HOME"
        )


class StillRunning(PegError):
    """An older `peg run` works on the database that this PEG would have to alter."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, database: Path) -> None:
        super().__init__(
            f"a `peg run` of an older version works on {database}: stop it, then type this again."
            " The database is brought to this version's shape, and copied before; nothing was"
            " changed yet"
        )


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Be the only runner on an embedded database; a shared one has its own ways.

    The lock ends with the process, however it ends.

    Raises:
        AlreadyRunning: another process has it.
        DatabaseReadOnly: the lock cannot be made beside the database.
    """
    file = lock_file(settings)
    if file is None:
        yield
        return
    with _locked(file, fcntl.LOCK_EX) as ours:
        if not ours:
            raise AlreadyRunning(file)
        yield


@contextmanager
def nobody_runs(database: Path) -> Iterator[None]:
    """Keep every runner off an embedded database, while its shape is altered.

    Those who would alter it share the lock: the database itself lets one of them after the other.

    Raises:
        StillRunning: somebody runs.
        DatabaseReadOnly: the lock cannot be made beside the database.
    """
    with _locked(_beside(database), fcntl.LOCK_SH) as ours:
        if not ours:
            raise StillRunning(database)
        yield


def is_running(settings: Settings) -> bool:
    """Whether a runner is at work on the embedded database."""
    file = lock_file(settings)
    if file is None:
        return False
    with _locked(file, fcntl.LOCK_SH) as ours:
        return not ours


def lock_file(settings: Settings) -> Path | None:
    """The lock beside an embedded database's file."""
    database = make_url(settings.database)
    if database.get_backend_name() != "sqlite" or not database.database:
        return None
    return _beside(Path(database.database))


def _beside(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


@contextmanager
def _locked(file: Path, how: int) -> Iterator[bool]:
    """Whether the lock could be had; if so it is kept until the block ends."""
    try:
        opened = file.open("w")
    except OSError as cause:
        raise DatabaseReadOnly(str(file)) from cause
    with opened:
        try:
            fcntl.flock(opened, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
