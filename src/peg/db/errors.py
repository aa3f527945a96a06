"""What can be wrong with a database, said so that the owner can act."""

import os
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from sqlalchemy.exc import DBAPIError, OperationalError

from peg.domain.errors import ErrorKind, PegError

READ_ONLY_DISK = (
    "its disk is mounted read-only. Linux does that to a disk that fails: `dmesg` says why; see"
    " that your copies are good, then mount it for writing again"
)


def mounted_read_only(folder: Path) -> bool:
    """Whether nobody may write there, whatever rights they have."""
    with suppress(OSError):
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    return False


class NoTransaction(PegError):
    """Code that changes facts was called outside a transaction."""


class DatabaseUnavailable(PegError):
    """The database does not answer now; nothing was changed."""

    kind: ClassVar[ErrorKind] = "transient"


class DatabaseLocked(DatabaseUnavailable):
    """Another process keeps the database."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"another program holds the database ({place}) for too long: a second PEG, a backup,"
            " a database browser? Wait until it has ended, or stop it, and try again"
        )


class DiskFull(DatabaseUnavailable):
    """No room to write."""

    kind = "broken"

    def __init__(self, place: str) -> None:
        super().__init__(
            f"the disk is full ({place}): make room on it; until then nothing is taken in, and the"
            " marketplaces send again"
        )


class DatabaseReadOnly(DatabaseUnavailable):
    """The file or its folder may not be written, or the folder is not there."""

    kind = "broken"

    def __init__(self, place: str) -> None:
        what_to_do = (
            READ_ONLY_DISK
            if mounted_read_only(Path(place).parent)
            else "its folder must be there, and the user that runs PEG needs the right to write the"
            " file and the folder"
        )
        super().__init__(f"the database ({place}) cannot be written: {what_to_do}")


class DatabaseDamaged(DatabaseUnavailable):
    """What stands in the file is no database, or no whole one. Nothing is taken in meanwhile."""

    kind = "broken"

    def __init__(self, place: str) -> None:
        super().__init__(
            f"the database ({place}) is damaged or none of PEG's: stop PEG, move the file and those"
            " beside it that begin with its name away, and put your newest copy in its place"
        )


class DriverMissing(PegError):
    """What speaks to this kind of database is not installed."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, driver: str) -> None:
        super().__init__(
            f"the driver {driver!r} is not installed: install it beside PEG (`pip install"
            f" {driver}`, or `pipx inject peg {driver}`), or unset PEG_DATABASE_URL"
        )


_Named = type[DatabaseLocked | DiskFull | DatabaseReadOnly | DatabaseDamaged]

_BY_WORDS: tuple[tuple[str, _Named], ...] = (
    ("database is locked", DatabaseLocked),
    ("lock timeout", DatabaseLocked),
    ("disk is full", DiskFull),
    ("no space left", DiskFull),
    ("disk i/o error", DiskFull),
    ("readonly database", DatabaseReadOnly),
    ("read-only transaction", DatabaseReadOnly),
    ("unable to open database", DatabaseReadOnly),
    ("not a database", DatabaseDamaged),
    ("malformed", DatabaseDamaged),
)


def translated(error: DBAPIError, place: str) -> PegError | None:
    """The named error behind a driver's words; None when it is not about availability.

    Args:
        error: as SQLAlchemy raised it.
        place: the database's file or address, to be named.
    """
    words = str(error.orig).lower()
    for part, kind in _BY_WORDS:
        if part in words:
            return kind(place)
    if isinstance(error, OperationalError) and error.connection_invalidated:
        return DatabaseUnavailable("the connection to the database broke: it is tried again")
    return None
