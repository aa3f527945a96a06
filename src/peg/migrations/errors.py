"""What can be wrong with a database's shape, said so that the owner can act."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError
from peg.migrations.copies import copies


class DatabaseNewer(PegError):
    """The database was written by a newer PEG."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, found: str, known: str, way_back: str) -> None:
        super().__init__(
            f"the database has the shape {found!r} of a newer PEG, this one knows {known!r}:"
            f" install the newer PEG again, or {way_back}; nothing was changed"
        )


class DatabaseUnreleased(PegError):
    """What made the database, or this code, is a PEG from between two releases.

    Until it is released a step is mended in place, and nothing leads from its one state to another.
    """

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, found: str, known: str, way_on: str) -> None:
        super().__init__(
            f"the database has the shape {found!r} and this PEG knows {known!r}, with other tables:"
            " one of the two is from between two releases, and nothing leads from one to the other."
            f" Use the PEG that made it, or {way_on}; nothing was changed"
        )


class DatabaseOlder(PegError):
    """The database must be brought to this code's shape first."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, known: str) -> None:
        super().__init__(
            f"the database is older than this PEG, which needs the shape {known!r}: stop every PEG"
            " on it, keep a copy (`pg_dump`), and run `peg migrate`"
        )


def of_another_peg(found: str, known: Sequence[str], file: Path | None) -> PegError:
    """The error for a database whose newest step this code does not have.

    Args:
        found: the step's name.
        known: those of this code, the newest last.
        file: of an embedded database; None for a shared one.
    """
    kept = [copy for shape in known for copy in copies(file, shape)] if file is not None else []
    way_back = (
        f"stop every PEG and put {kept[-1]}, kept before it first ran, in the place of {file}"
        " (docs/runbooks/database-newer.md)"
        if kept
        else None
    )
    newest = known[-1]
    if _number(found) > _number(newest):
        return DatabaseNewer(found, newest, way_back or _own_copy(file))
    return DatabaseUnreleased(found, newest, way_back or _begin_anew(file))


def _number(step: str) -> str:
    return step.partition("_")[0]


def _own_copy(file: Path | None) -> str:
    if file is None:
        return "restore what `pg_dump` kept before `peg migrate`"
    return "restore a copy of your own from before it first ran"


def _begin_anew(file: Path | None) -> str:
    if file is None:
        return "begin anew in an empty database"
    return (
        f"begin anew: stop every PEG, move {file} and those beside it that begin with its name"
        " away, then `peg connect` and `peg import`"
    )
