import resource
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.support.command_line import peg
from tools.cli_page import PAGE, page

from peg.cli.commands import build, names
from peg.domain.errors import EXIT_CODE


def test_help_names_every_command_and_every_exit_code(tmp_path: Path) -> None:
    ran = peg(tmp_path, "--help")

    assert ran.code == 0
    for word in ("run", "connect", "stock", "doctor", "low-stock", *map(str, EXIT_CODE.values())):
        assert word in ran.out


@pytest.mark.parametrize("words", [("--version", "--json"), ("--json", "--version")])
def test_the_version_is_told_to_programs_too(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = peg(tmp_path, *words)

    assert (ran.code, ran.facts) == (0, {"version": version("peg")})
    assert peg(tmp_path, "--version").out == f"{version('peg')}\n"


def test_help_imports_no_command_and_no_database() -> None:
    code = (
        "import sys; from peg.cli.main import run; run(['--help'], {}); "
        "print([name for name in ('sqlalchemy', 'fastapi', 'pydantic') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.endswith("[]\n")


def test_a_look_at_the_stock_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")
    slow = ("alembic", "fastapi", "httpx2", "rich.markdown", "sqlalchemy.dialects.postgresql")
    code = (
        "import sys; from peg.cli.main import run;"
        f" run(['stock'], {{'PEG_HOME': {str(tmp_path)!r}}});"
        f" print([name for name in {slow} if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.endswith("[]\n")


def test_peg_alone_says_what_it_can_do(tmp_path: Path) -> None:
    ran = peg(tmp_path)

    assert ran.code == 0
    assert all(name in ran.out for name in names())


def test_help_starts_in_the_blink_of_an_eye() -> None:
    def processor_seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "peg", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(processor_seconds() for _ in range(3)) < 0.7


@pytest.mark.parametrize("words", [["sell-everything"], ["migrate", "--how"], ["migrate", "x"]])
def test_a_command_typed_wrong_is_refused_with_a_sentence(tmp_path: Path, words: list[str]) -> None:
    ran = peg(tmp_path, *words, "--json")

    assert ran.code == EXIT_CODE["refused"]
    assert ran.refusal["error"] == "BadCommand"
    assert ran.refusal["sentence"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["stock", "Rose", "Studs"],
            "'Studs' is one word too many: `peg stock` takes SKU. What has spaces in it stands in"
            ' quotes, such as `peg stock "Rose Studs"`; `peg stock --help` tells all that it takes',
        ),
        (["sell", "A", "1", "B"], "'B' is one word too many: `peg sell` takes SKU QUANTITY."),
        (["cases", "show", "1", "2"], "'2' is one word too many: `peg cases show` takes CASE."),
        (["doctor", "x"], "'x' is one word too many: `peg doctor` takes none"),
        (
            ["match", "acept"],
            "`peg match` knows no word 'acept' (did you mean accept?): behind it stands list or"
            " accept or reject or reopen or compose, or nothing",
        ),
    ],
)
def test_a_word_too_many_is_named_and_what_the_command_takes(
    tmp_path: Path, words: list[str], sentence: str
) -> None:
    ran = peg(tmp_path, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "BadCommand")
    assert ran.refusal["sentence"].startswith(sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["run", "--port", "80"],
            "`peg run` has no option '--port': the setting PEG_PORT does that, as in"
            " `PEG_PORT=… peg run` (docs/settings.md); `peg run --help` tells all that it takes",
        ),
        (["stock", "--port", "80"], "`peg stock` has no option '--port'; `peg stock --help` tells"),
        (
            ["stock", "--limit=5"],
            "`peg stock` has no option '--limit': it shows all there is, and"
            " `peg stock | head -n 20` the first lines of it; `peg stock --help` tells",
        ),
        (["writes", "--limt", "5"], "`peg writes` has no option '--limt' (did you mean --limit?);"),
        (["match", "list", "--rejectd"], "`peg match list` has no option '--rejectd' (did you"),
        (["push", "--limit", "5"], "`peg push` has no option '--limit'; `peg push --help` tells"),
        (["shops", "--moon=secret"], "`peg shops` has no option '--moon'; `peg shops --help` "),
    ],
)
def test_an_option_that_is_none_is_answered_with_what_does_that(
    tmp_path: Path, words: list[str], sentence: str
) -> None:
    ran = peg(tmp_path, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "BadCommand")
    assert ran.refusal["sentence"].startswith(sentence)


def test_a_wrong_setting_is_named_and_nothing_is_begun(tmp_path: Path) -> None:
    ran = peg(tmp_path, "migrate", "--json", PEG_PORT="ninety")

    assert ran.code == EXIT_CODE["refused"]
    assert ran.refusal["error"] == "BadSettings"
    assert "PEG_PORT" in ran.refusal["sentence"]
    assert list(tmp_path.iterdir()) == []


def test_a_database_newer_than_the_code_stops_every_command(tmp_path: Path) -> None:
    begun = {"before": "empty", "after": "current", "copy": None}
    assert peg(tmp_path, "migrate", "--json").facts == begun
    with create_engine(f"sqlite:///{tmp_path}/peg.db").begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    ran = peg(tmp_path, "migrate")

    assert ran.code == EXIT_CODE["broken"]
    assert "install the newer PEG again" in ran.err


def test_every_command_that_help_names_exists() -> None:
    app = build()

    for name in app:
        if not name.startswith("-"):
            assert app[name].help


def test_a_commands_own_page_says_more_than_the_list(tmp_path: Path) -> None:
    ran = peg(tmp_path, "import", "--help")

    assert "Only exact SKUs match by themselves" in ran.out
    assert "--dry-run" in ran.out
    assert "--json" in ran.out


def test_the_page_of_the_command_line_tells_what_the_commands_are() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tools.cli_page"


@pytest.mark.parametrize(
    "words",
    [
        ("--orders", "-3"),
        ("--orders", "0"),
        ("--pace", "0"),
        ("--unpaid-share", "2"),
        ("--unpaid-share", "0.95"),
        ("--payment-s", "inf"),
        ("--pace", "nan"),
        ("--pace", "inf"),
        ("--clock-speed", "-1"),
        ("--clock-speed", "1e300"),
        ("--port", "70000"),
    ],
)
def test_a_demo_that_cannot_be_is_refused_before_anything_starts(
    tmp_path: Path, words: tuple[str, str]
) -> None:
    ran = peg(tmp_path, "demo", "--headless", *words)

    assert ran.code == 2
    assert words[0] in ran.err
    assert "Must be" in ran.err


@pytest.mark.parametrize("option", ["--orders", "--pieces", "--seed", "--port"])
def test_a_demo_is_asked_for_in_whole_numbers(tmp_path: Path, option: str) -> None:
    ran = peg(tmp_path, "demo", "--headless", option, "1.5")

    assert ran.code == 2
    assert "no whole number" in ran.err
