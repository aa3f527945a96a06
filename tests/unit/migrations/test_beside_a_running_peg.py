"""A newer PEG does not alter the database under the hands of an older one that is at work.

Both are processes: the older one is this very code, the newer one a copy of it with one step more.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.command_line import peg as older
from tests.support.running import Runner, running

from peg.migrations.schema import FOLDER, revisions

ROOT = Path(__file__).parents[3]
(FIRST,) = revisions(FOLDER)
STEP = '''"""One column more.

Step 0002, after the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "FIRST"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this shape."""
    op.add_column("shops", sa.Column("nickname", sa.Text(), nullable=True))
'''


@dataclass(frozen=True, slots=True)
class Newer:
    """The next version of PEG, on the same data."""

    code: Path
    home: Path

    def run(self, *words: str) -> tuple[int, str]:
        """Its exit code, and the error it names."""
        done = subprocess.run(
            [sys.executable, "-m", "peg", *words, "--json"],
            env={**os.environ, "PYTHONPATH": str(self.code), "PEG_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        error = json.loads(done.stderr.splitlines()[-1])["error"] if done.returncode else ""
        return done.returncode, error


@pytest.fixture
def newer(tmp_path: Path) -> Newer:
    code = tmp_path / "newer"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "peg", code / "peg", ignore=ignored)
    steps = code / "peg" / "migrations" / "versions"
    (steps / "0002_one_column_more.py").write_text(STEP.replace("FIRST", FIRST))
    return Newer(code, tmp_path / "home")


@pytest.fixture
def runner(newer: Newer) -> Iterator[Runner]:
    newer.home.mkdir()
    with running(newer.home) as runner:
        yield runner


def shape_of(home: Path) -> str:
    with closing(sqlite3.connect(home / "peg.db")) as database:
        name: str = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        return name


@pytest.mark.parametrize("words", [["shops"], ["migrate"], ["run"]], ids=lambda words: words[0])
def test_while_an_older_peg_runs_a_newer_one_alters_nothing_and_says_what_to_do(
    runner: Runner, newer: Newer, words: list[str]
) -> None:
    told = newer.run(*words)

    assert told == (4, "StillRunning")
    assert shape_of(newer.home) == FIRST
    assert list(newer.home.glob("peg-*.db")) == []  # nor was it copied
    assert runner.process.poll() is None
    assert older(newer.home, "shops").code == 0


def test_once_the_older_one_has_ended_the_database_is_brought_along(
    runner: Runner, newer: Newer
) -> None:
    runner.process.terminate()
    runner.process.wait(timeout=30)

    assert newer.run("shops") == (0, "")
    assert shape_of(newer.home) == "0002"
    assert len(list(newer.home.glob(f"peg-*-shape-{FIRST}.db"))) == 1
    assert older(newer.home, "shops", "--json").refusal["error"] == "DatabaseNewer"


def test_an_older_one_that_was_killed_holds_nothing_up(runner: Runner, newer: Newer) -> None:
    runner.process.kill()
    runner.process.wait(timeout=30)

    assert newer.run("migrate") == (0, "")
    assert shape_of(newer.home) == "0002"


def test_commands_of_the_newer_one_beside_each_other_alter_it_once(newer: Newer) -> None:
    newer.home.mkdir()
    assert older(newer.home, "migrate").code == 0
    environment = {**os.environ, "PYTHONPATH": str(newer.code), "PEG_HOME": str(newer.home)}
    command = [sys.executable, "-m", "peg", "shops", "--json"]
    processes = [
        subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(4)
    ]

    codes = [process.wait(timeout=60) for process in processes]

    assert codes == [0, 0, 0, 0]
    assert shape_of(newer.home) == "0002"
