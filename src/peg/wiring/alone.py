"""One PEG per database file: two would pace the marketplaces and write to them twice."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from sqlalchemy.engine import make_url

from peg.db.errors import DatabaseReadOnly
from peg.domain.errors import ErrorKind, PegError
from peg.settings import Settings


class AlreadyRunning(PegError):
    """Another `peg run` works on the same database file."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"another PEG runs on the same data ({file} is locked): stop it, or set another"
            " PEG_HOME"
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
    try:
        opened = file.open("w")
    except OSError as cause:
        raise DatabaseReadOnly(str(file)) from cause
    with opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            raise AlreadyRunning(file) from cause
        yield


def is_running(settings: Settings) -> bool:
    """Whether a runner is at work on the embedded database."""
    try:
        with alone(settings):
            return False
    except AlreadyRunning:
        return True


def lock_file(settings: Settings) -> Path | None:
    """The lock beside an embedded database's file."""
    database = make_url(settings.database)
    if database.get_backend_name() != "sqlite" or not database.database:
        return None
    return Path(database.database + ".lock")
