"""What a database driver says, in PEG's names."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from peg.db.engine import Database
from peg.db.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseReadOnly,
    DatabaseUnavailable,
    DiskFull,
    translated,
)
from peg.db.transaction import begin, reading
from peg.domain.errors import HTTP_STATUS

PLACE = "postgresql+asyncpg://peg:***@db/peg"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("database is locked", DatabaseLocked),
        ("canceling statement due to lock timeout", DatabaseLocked),
        ("database or disk is full", DiskFull),
        ("could not extend file: No space left on device", DiskFull),
        ("attempt to write a readonly database", DatabaseReadOnly),
        ("cannot execute INSERT in a read-only transaction", DatabaseReadOnly),
        ("file is not a database", DatabaseDamaged),
        ("database disk image is malformed", DatabaseDamaged),
    ],
)
def test_what_the_owner_can_mend_has_a_name_and_says_where(
    words: str, named: type[DatabaseUnavailable]
) -> None:
    error = translated(OperationalError("INSERT", {}, Exception(words)), PLACE)

    assert type(error) is named
    assert error is not None
    assert error.kind == ("transient" if named is DatabaseLocked else "broken")
    assert HTTP_STATUS[error.kind] == 503  # what came meanwhile is sent again
    assert PLACE in str(error)


def test_a_connection_that_broke_is_tried_again() -> None:
    broken = OperationalError("SELECT", {}, Exception("gone"), connection_invalidated=True)

    error = translated(broken, PLACE)

    assert type(error) is DatabaseUnavailable
    assert "tried again" in str(error)


def test_a_fault_of_ours_is_not_taken_for_the_databases() -> None:
    assert translated(IntegrityError("INSERT", {}, Exception("CHECK failed")), PLACE) is None
    assert translated(OperationalError("SELEC", {}, Exception("syntax error")), PLACE) is None


@pytest.mark.parametrize("open_", [begin, reading])
async def test_a_server_that_is_not_there_is_named_with_what_to_do(
    open_: Callable[[Database], AbstractAsyncContextManager[AsyncSession]],
) -> None:
    async def refused() -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    database = Database(create_async_engine("sqlite+aiosqlite://", async_creator=refused))

    with pytest.raises(DatabaseUnavailable, match=r"Connection refused.*PEG_DATABASE_URL"):
        async with open_(database):
            pass

    await database.close()


def test_a_disk_that_is_mounted_read_only_is_not_blamed_on_rights() -> None:
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    folders = [Path(where) for _, where, _, how, *_ in mounts if "ro" in how.split(",")]
    read_only = next((one for one in folders if one.is_dir()), None)
    if read_only is None:
        pytest.skip("nothing is mounted read-only here")

    error = DatabaseReadOnly(str(read_only / "peg.db"))

    assert "mounted read-only" in str(error)
    assert "right" not in str(error)


def test_where_a_disk_may_be_written_the_rights_are_named(tmp_path: Path) -> None:
    assert "needs the right" in str(DatabaseReadOnly(str(tmp_path / "peg.db")))
