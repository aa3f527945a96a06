"""Whatever is wrong with the folder or the database: one sentence, and never a traceback."""

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.command_line import Ran, peg

FILE_BYTES_MAX = 64 * 1024


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert peg(tmp_path, "migrate").code == 0
    return tmp_path


def assert_refused(ran: Ran, code: int, error: str, *says: str) -> None:
    assert (ran.code, ran.refusal["error"]) == (code, error), ran.err
    assert [one for one in says if one not in ran.refusal["sentence"]] == []
    assert "Traceback" not in ran.err + ran.out


def test_a_file_that_is_no_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "peg.db").write_bytes(b"a letter to grandmother " * 300)

    ran = peg(tmp_path, "stock", "--json")

    assert_refused(ran, 6, "DatabaseDamaged", str(tmp_path / "peg.db"), "newest copy")


def test_a_database_with_a_hole_is_named_with_what_to_do(home: Path) -> None:
    size = (home / "peg.db").stat().st_size
    with (home / "peg.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 8192))

    assert_refused(peg(home, "stock", "--json"), 6, "DatabaseDamaged", "newest copy")


def test_the_doctor_finds_the_damage_too(home: Path) -> None:
    (home / "peg.db").write_bytes((home / "peg.db").read_bytes()[:3000])

    ran = peg(home, "doctor", "--json")

    assert (ran.code, [one["what"] for one in ran.facts]) == (1, ["database"])
    assert "damaged" in ran.facts[0]["sentence"]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nonsense", "no address of a database"),
        ("mysql://peg@db/peg", "'mysql'"),
        ("postgresql+psycopg://peg@db/peg", "'postgresql+psycopg'"),
        ("postgresql+asyncpg://peg:s3cret@db:port/peg", "no address of a database"),
        ("sqlite+aiosqlite://", "the file is missing"),
        ("sqlite+aiosqlite:///:memory:", "the file is missing"),
        ("sqlite+aiosqlite:////x/peg.db?timeout=soon", "seconds"),
    ],
)
def test_an_odd_address_of_a_database_is_refused_and_not_repeated(
    tmp_path: Path, address: str, says: str
) -> None:
    ran = peg(tmp_path, "stock", "--json", PEG_DATABASE_URL=address)

    assert_refused(ran, 2, "BadSettings", "PEG_DATABASE_URL", says)
    assert "s3cret" not in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_database_may_be_named_without_its_driver(tmp_path: Path) -> None:
    ran = peg(tmp_path, "migrate", PEG_DATABASE_URL=f"sqlite:///{tmp_path}/book.db")

    assert ran.code == 0
    assert (tmp_path / "book.db").exists()


def test_a_driver_that_is_not_installed_is_named(tmp_path: Path) -> None:
    nowhere = "import os, sys; sys.modules['asyncpg'] = None"
    address = "os.environ['PEG_DATABASE_URL'] = 'postgresql://peg@db/peg'"

    ran = in_its_own_process(tmp_path, "stock", "--json", first=f"{nowhere}; {address}")

    assert_refused(ran, 6, "DriverMissing", "asyncpg", "pip install")


@pytest.mark.parametrize("command", ["stock", "doctor", "migrate"])
@pytest.mark.parametrize("below", ["", "below"])
def test_a_home_that_cannot_be_a_folder_is_named(tmp_path: Path, command: str, below: str) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    ran = peg(in_the_way / below, command, "--json")

    assert_refused(ran, 6, "HomeUnusable", str(in_the_way), "PEG_HOME")


def test_something_in_the_home_that_cannot_be_used_is_named(home: Path) -> None:
    (home / "master.key").mkdir(mode=0o700)

    ran = peg(home, "keys", "rotate", "--json")

    assert_refused(ran, 6, "KeysUnreadable", "master.key", "chmod 600")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path}/nowhere/peg.db"

    ran = peg(tmp_path, "stock", "--json", PEG_DATABASE_URL=address)

    assert_refused(ran, 6, "DatabaseReadOnly", f"{tmp_path}/nowhere/peg.db", "folder")


def test_a_lock_that_cannot_be_made_beside_the_database_is_named(home: Path) -> None:
    (home / "peg.db.lock").mkdir()

    ran = peg(home, "run", "--json")

    assert_refused(ran, 6, "DatabaseReadOnly", f"{home}/peg.db.lock", "right to write")


def test_a_database_that_somebody_keeps_locked_is_named(home: Path) -> None:
    address = f"sqlite+aiosqlite:///{home}/peg.db?timeout=0.05"
    with closing(sqlite3.connect(home / "peg.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        ran = peg(home, "sell", "RING-1", "--json", PEG_DATABASE_URL=address)

    assert_refused(ran, 5, "DatabaseLocked", f"{home}/peg.db", "stop it")


@pytest.mark.parametrize(
    "words",
    [
        ("sell", "RING-1"),
        ("receive", "RING-1", "2"),
        ("count", "RING-1", "3"),
        ("pause", "all"),
        ("limit", "all", "--buffer", "1"),
        ("low-stock", "kind:RING", "--at", "1"),
    ],
)
def test_who_types_what_cannot_be_kept_hears_to_type_it_again(
    home: Path, words: tuple[str, ...]
) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    full = in_its_own_process(home, *words, "--json", begun=no_room)
    with closing(sqlite3.connect(home / "peg.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        address = f"sqlite+aiosqlite:///{home}/peg.db?timeout=0.05"
        held = peg(home, *words, "--json", PEG_DATABASE_URL=address)

    assert_refused(full, 6, "DiskFull", "make room", "has changed nothing", "type it again")
    assert_refused(held, 5, "DatabaseLocked", "stop it", "has changed nothing", "type it again")


def test_the_doctor_does_not_send_to_the_doctor(home: Path) -> None:
    address = f"sqlite+aiosqlite:///{home}/peg.db?timeout=0.05"
    with closing(sqlite3.connect(home / "peg.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        ran = peg(home, "doctor", "--json", PEG_DATABASE_URL=address)

    assert (ran.code, [one["what"] for one in ran.facts]) == (1, ["database"])
    assert "stop it" in ran.facts[0]["sentence"]
    assert "peg doctor" not in ran.facts[0]["sentence"]


def test_a_disk_without_room_is_named_and_the_book_is_as_before(tmp_path: Path) -> None:
    """No file may grow: to SQLite that is a disk that takes no more."""

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES_MAX, FILE_BYTES_MAX))

    ran = in_its_own_process(tmp_path, "migrate", "--json", begun=no_room)

    assert_refused(ran, 6, "DiskFull", "make room")
    assert peg(tmp_path, "migrate", "--json").facts["before"] == "empty"


def in_its_own_process(
    home: Path, *words: str, first: str = "", begun: Callable[[], None] | None = None
) -> Ran:
    """`peg WORDS` in a process that something is done to `first`, or as it is `begun`."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{first}\nfrom peg.cli.main import main\nmain()", *words],
        env={**os.environ, "PEG_HOME": str(home)},
        preexec_fn=begun,
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)
