"""The copy that is kept of an embedded database before a newer PEG alters it."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError

COPIES_OF_ONE_DAY_MAX = 1000


class NoCopyMade(PegError):
    """The database could not be copied, so it was not altered either."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, file: Path, cause: Exception) -> None:
        super().__init__(
            f"no copy of {file} could be made beside it ({cause}), so it was not brought to this"
            f" PEG's shape: make room in {file.parent}, or give the right to write there"
        )


def keep_copy(file: Path, shape: str) -> Path:
    """Copy what is committed in `file`, its write-ahead log included; the name of the copy.

    The name tells the day of the newest change in it and its shape. Readable by its owner only,
    and never written over.

    Raises:
        NoCopyMade: the disk is full, or its folder may not be written.
    """
    copy = _free_name(file, shape)
    fresh = copy.with_name(copy.name + ".new")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(fresh)) as target:
            source.backup(target)
            # The copy is one file, to be put back by one move.
            target.execute("PRAGMA journal_mode=DELETE")
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(copy)
    except (OSError, sqlite3.Error) as cause:
        with suppress(OSError):
            fresh.unlink()
        raise NoCopyMade(file, cause) from cause
    return copy


def copies(file: Path, shape: str) -> Sequence[Path]:
    """The copies of a database that have a shape, the newest last."""
    return sorted(file.parent.glob(f"{file.stem}-????-??-??-shape-{shape}*{file.suffix}"))


def _free_name(file: Path, shape: str) -> Path:
    log = file.with_name(file.name + "-wal")  # an empty one is as old as this connection
    written = [file, log] if log.exists() and log.stat().st_size else [file]
    changed_s = max(one.stat().st_mtime for one in written)
    day = datetime.fromtimestamp(changed_s, UTC).date()
    for number in range(1, COPIES_OF_ONE_DAY_MAX):
        again = f"-{number}" if number > 1 else ""
        name = file.with_name(f"{file.stem}-{day}-shape-{shape}{again}{file.suffix}")
        if not name.exists():
            return name
    raise NoCopyMade(file, FileExistsError("there are too many of this day"))
