"""What was done stays done, and is told as done, also where nobody can be shown what it was."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType

import pytest
from tests.support.command_line import peg
from tests.support.given import a_small_book

FULL = Path("/dev/full")
needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")

CUT = "A" * 80
"""Longer than what is quoted of it: PEG itself puts an ellipsis behind it."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with a_small_book(tmp_path):
        yield tmp_path


def process(
    home: Path,
    words: Sequence[str],
    out: Path | int,
    *,
    err: Path | int = subprocess.PIPE,
    terminal: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[bytes]:
    """A real `peg`, whose output goes where a shell would send it."""
    with ExitStack() as opened:
        to = [
            opened.enter_context(one.open("wb")) if isinstance(one, Path) else one
            for one in (out, err)
        ]
        return subprocess.run(
            [sys.executable, "-m", "peg", *words],
            stdout=to[0],
            stderr=to[1],
            env={"PATH": os.environ["PATH"], "PEG_HOME": str(home), **terminal},
            check=False,
        )


def available(home: Path, sku: str) -> int:
    (found,) = [one for one in peg(home, "stock", "--json").facts if one["sku"] == sku]
    return int(found["available"])


@needs_a_full_device
@pytest.mark.parametrize("how", [[], ["--json"]])
@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_sale_that_cannot_be_printed_is_told_as_done(
    home: Path, how: list[str], buffered: str
) -> None:
    before = available(home, "ROSE-STUDS")

    ran = process(home, ["sell", "ROSE-STUDS", *how], FULL, terminal={"PYTHONUNBUFFERED": buffered})

    assert available(home, "ROSE-STUDS") == before - 1
    assert ran.returncode == 6
    said = ran.stderr.decode()
    assert "Traceback" not in said
    assert "No space left on device" in said
    assert "is done and stands in the book" in said
    assert "`peg history SKU`" in said
    assert ('"error": "OutputLost"' in said) is bool(how)
    assert said.count("\n") == 1


@needs_a_full_device
def test_a_sale_is_made_also_where_no_warning_can_be_printed(home: Path) -> None:
    before = available(home, "ROSE-STUDS")

    ran = process(
        home, ["sell", "ROSE-STUDS"], subprocess.DEVNULL, err=FULL, terminal={"PEG_PROT": "1"}
    )

    assert (ran.returncode, available(home, "ROSE-STUDS")) == (0, before - 1)


@pytest.mark.parametrize("how", [[], ["--json"]])
@pytest.mark.parametrize("buffered", ["", "1"])
def test_nothing_is_said_to_a_reader_who_has_gone(
    home: Path, how: list[str], buffered: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    ran = process(home, ["stock", *how], writing, terminal={"PYTHONUNBUFFERED": buffered})

    os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, b"")


@pytest.mark.parametrize(
    "terminal",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_what_a_terminal_cannot_show_is_written_in_letters_that_it_can(
    home: Path, terminal: dict[str, str]
) -> None:
    peg(home, "hold", "ROSE-STUDS", "--why", "Zoë “fair” \N{EM DASH} 1…2 → 宝")

    shown = process(home, ["holds"], subprocess.PIPE, terminal=terminal)
    refused = process(home, ["pause", CUT], subprocess.PIPE, terminal=terminal)

    letter = "ë" if "PYTHONIOENCODING" in terminal else "e"
    assert shown.returncode == 0
    assert f'Zo{letter} "fair" - 1...2 -> ?' in shown.stdout.decode("latin-1")
    assert refused.returncode == 2
    assert "aaa..." in refused.stderr.decode("latin-1")


def test_help_is_framed_in_what_a_terminal_can_show(home: Path) -> None:
    told = process(
        home, ["stock", "--help"], subprocess.PIPE, terminal={"PYTHONIOENCODING": "ascii"}
    )

    assert told.returncode == 0
    assert "?" not in told.stdout.decode("ascii")


def test_programs_read_the_same_whatever_a_terminal_can_show(home: Path) -> None:
    peg(home, "hold", "ROSE-STUDS", "--why", "Zoë → 宝")

    told = [
        process(
            home, ["holds", "--json"], subprocess.PIPE, terminal={"PYTHONIOENCODING": encoding}
        ).stdout
        for encoding in ("latin-1", "utf-8")
    ]

    assert told[0] == told[1]
    assert told[0].isascii()
