"""What a newcomer's first command relies on: how uv is set, and where dependencies stop."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from tools.schemas import Package, fetch_all
from tools.try_wheel import left_out

ROOT = Path(__file__).parents[2]
UV = ROOT / ".tools" / "bin" / "uv"
TRUST = "UV_SYSTEM_CERTS"


def set_by_make(name: str, **given: str) -> str:
    """What the programs that the Makefile starts find in their environment."""
    theirs = {key: text for key, text in os.environ.items() if key != name} | given
    asked = ("make", "--silent", "--eval", f"asked: ; @echo $${name}", "asked")
    return subprocess.run(
        asked, cwd=ROOT, env=theirs, capture_output=True, text=True, check=True
    ).stdout.strip()


def unbounded(project: str) -> list[str]:
    """What is installed with PEG, may become anything, and does not say beside it why."""
    wanted: list[str] = tomllib.loads(project)["project"]["dependencies"]
    return [
        one
        for one in wanted
        if not re.search(r">=.*,<", one) and not re.search(rf'"{re.escape(one)}",  # \w', project)
    ]


def test_every_dependency_begins_where_it_was_tried_and_ends_where_it_may_break() -> None:
    assert unbounded((ROOT / "pyproject.toml").read_text()) == []


def test_a_file_that_the_wheel_leaves_out_is_named(tmp_path: Path) -> None:
    for name in ("peg/page.html", "peg/app.py", "peg/__pycache__/app.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert left_out(tmp_path, ["peg/app.py", "peg-1.dist-info/METADATA"]) == ["peg/page.html"]


def test_a_bound_that_is_missing_is_found() -> None:
    lines = '"open>=1",', '"half<2",', '"kept>=1,<2",', '"told>=1",  # never breaks'

    assert unbounded("[project]\ndependencies = [\n" + "\n".join(lines) + "\n]") == [
        "open>=1",
        "half<2",
    ]


def test_uv_trusts_whom_the_machine_trusts_as_pip_does() -> None:
    assert set_by_make(TRUST) == "true"
    assert set_by_make(TRUST, **{TRUST: "false"}) == "false"


@pytest.mark.skipif(not UV.exists(), reason="uv was not installed by the Makefile")
def test_the_pinned_uv_knows_that_setting() -> None:
    nonsense = os.environ | {TRUST: "nonsense"}

    told = subprocess.run([UV, "help"], env=nonsense, capture_output=True, text=True, check=False)

    assert TRUST in told.stderr


def test_where_the_schemas_cannot_be_had_the_tests_go_on_and_say_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    npm.chmod(0o755)
    missing = [Package(name="@nobody/published-this", version="0.0.0", sha512="", keep="it")]

    goes_on = [fetch_all(missing, npm=one, if_possible=True) for one in (None, str(npm))]
    asked_for = fetch_all(missing, npm=str(npm), if_possible=False)

    assert (goes_on, asked_for) == ([0, 0], 1)
    said = capsys.readouterr().err.splitlines()
    assert "npm is not installed" in said[0]
    assert all("no network" in line and "skip, and say so" in line for line in said[1:])
