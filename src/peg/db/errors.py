"""What can be wrong with a database, said so that the owner can act."""

from typing import ClassVar

from sqlalchemy.exc import DBAPIError, OperationalError

from peg.domain.errors import ErrorKind, PegError


class NoTransaction(PegError):
    """Code that changes facts was called outside a transaction."""


class DatabaseUnavailable(PegError):
    """The database does not answer now; nothing was changed."""

    kind: ClassVar[ErrorKind] = "transient"


class DatabaseLocked(DatabaseUnavailable):
    """Another process keeps the database."""

    def __init__(self) -> None:
        super().__init__(
            "another program holds the database for too long: see with `peg doctor` whether two"
            " PEGs run on one file, and stop one"
        )


class DiskFull(DatabaseUnavailable):
    """No room to write."""

    def __init__(self) -> None:
        super().__init__(
            "the disk is full: make room on it; until then nothing is taken in, and the"
            " marketplaces send again"
        )


class DatabaseReadOnly(DatabaseUnavailable):
    """The file or its folder may not be written."""

    def __init__(self) -> None:
        super().__init__(
            "the database cannot be written: give the user that runs PEG the right to write the"
            " file and its folder"
        )


_BY_WORDS: tuple[tuple[str, type[DatabaseLocked | DiskFull | DatabaseReadOnly]], ...] = (
    ("database is locked", DatabaseLocked),
    ("lock timeout", DatabaseLocked),
    ("disk is full", DiskFull),
    ("database or disk is full", DiskFull),
    ("no space left", DiskFull),
    ("disk i/o error", DiskFull),
    ("readonly database", DatabaseReadOnly),
    ("read-only transaction", DatabaseReadOnly),
    ("unable to open database", DatabaseReadOnly),
)


def translated(error: DBAPIError) -> PegError | None:
    """The named error behind a driver's words; None when it is not about availability."""
    words = str(error.orig).lower()
    for part, kind in _BY_WORDS:
        if part in words:
            return kind()
    if isinstance(error, OperationalError) and error.connection_invalidated:
        return DatabaseUnavailable("the connection to the database broke: it is tried again")
    return None
