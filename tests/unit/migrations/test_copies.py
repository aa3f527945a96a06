"""Before a newer PEG alters the database, it keeps a copy that the older one can go back to."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.command_line import peg

from peg.db.engine import Database, open_database, sqlite_url
from peg.migrations.copies import NoCopyMade, copies, keep_copy
from peg.migrations.errors import DatabaseOlder
from peg.migrations.schema import FOLDER, Shape, ensure_current, revisions, shape

(FIRST,) = revisions(FOLDER)

SECOND_STEP = '''
"""Something more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "FIRST"


def upgrade() -> None:
    op.create_table("more", sa.Column("id", sa.Integer, primary_key=True))
'''


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The steps of the next PEG."""
    steps = tmp_path / "steps"
    shutil.copytree(FOLDER, steps)
    (steps / "versions" / "0002_more.py").write_text(SECOND_STEP.replace("FIRST", FIRST))
    return steps


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A book that this PEG has begun."""
    home = tmp_path / "home"
    assert peg(home, "pause", "etsy", "--why", "stocktaking").code == 0
    return home


def run_newer_peg(home: Path, steps: Path) -> None:
    async def run() -> None:
        database = open_database(sqlite_url(home / "peg.db"))
        try:
            await ensure_current(database, steps=steps)
            assert await shape(database, steps=steps) is Shape.CURRENT
        finally:
            await database.close()

    asyncio.run(run())


def test_the_older_peg_names_the_copy_and_goes_on_with_it(home: Path, newer: Path) -> None:
    run_newer_peg(home, newer)

    ran = peg(home, "stock", "--json")
    refused = ran.refusal
    (copy,) = copies(home / "peg.db", FIRST)
    (home / "peg.db").unlink()
    copy.rename(home / "peg.db")
    back = peg(home, "pause", "--json").facts

    assert (ran.code, refused["error"]) == (6, "DatabaseNewer")
    assert str(copy) in refused["sentence"]
    assert [one["why"] for one in back] == ["stocktaking"]


def test_the_copy_tells_its_day_and_is_for_its_owner_only(home: Path, newer: Path) -> None:
    long_ago = datetime(2026, 2, 3, 12, tzinfo=UTC).timestamp()
    os.utime(home / "peg.db", (long_ago, long_ago))

    run_newer_peg(home, newer)

    copy = home / f"peg-2026-02-03-shape-{FIRST}.db"
    assert copies(home / "peg.db", FIRST) == [copy]
    assert copy.stat().st_mode & 0o777 == 0o600


def test_what_is_only_in_the_write_ahead_log_is_in_the_copy(home: Path, newer: Path) -> None:
    with closing(sqlite3.connect(home / "peg.db", isolation_level=None)) as open_beside:
        open_beside.execute("UPDATE pauses SET why = 'the very last word'")
        assert (home / "peg.db-wal").stat().st_size > 0

        run_newer_peg(home, newer)

    (copy,) = copies(home / "peg.db", FIRST)
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT why FROM pauses").fetchall() == [("the very last word",)]
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_copy_is_never_written_over(home: Path) -> None:
    first = keep_copy(home / "peg.db", FIRST)
    before = first.read_bytes()

    second = keep_copy(home / "peg.db", FIRST)

    assert copies(home / "peg.db", FIRST) == sorted([first, second])
    assert first.read_bytes() == before


def test_a_database_that_cannot_be_copied_is_not_altered(home: Path, newer: Path) -> None:
    day = datetime.fromtimestamp((home / "peg.db").stat().st_mtime, UTC).date()
    (home / f"peg-{day}-shape-{FIRST}.db.new").mkdir()

    with pytest.raises(NoCopyMade, match=str(home / "peg.db")):
        run_newer_peg(home, newer)

    assert peg(home, "pause", "--json").code == 0


def test_a_new_or_current_database_is_not_copied(home: Path) -> None:
    peg(home, "migrate")

    assert copies(home / "peg.db", FIRST) == []


def test_without_a_copy_the_sentence_does_not_promise_one(home: Path) -> None:
    with closing(sqlite3.connect(home / "peg.db", isolation_level=None)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")

    assert "a copy of your own" in peg(home, "stock").err


class Shared(Database):
    """One that several PEGs work on, as on a server."""

    @property
    def file(self) -> None:
        return None


def test_a_shared_database_is_not_altered_behind_the_back_of_others(
    home: Path, newer: Path
) -> None:
    async def look() -> Shape:
        shared = Shared(open_database(sqlite_url(home / "peg.db")).engine)
        try:
            with pytest.raises(DatabaseOlder, match=r"pg_dump.*peg migrate"):
                await ensure_current(shared, steps=newer)
            return await shape(shared, steps=newer)
        finally:
            await shared.close()

    assert asyncio.run(look()) is Shape.OLDER
    assert copies(home / "peg.db", FIRST) == []
