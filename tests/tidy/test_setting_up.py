"""What a newcomer's first command relies on: how uv is set, and where dependencies stop."""

import os
import subprocess
from pathlib import Path

import pytest

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


def test_uv_trusts_whom_the_machine_trusts_as_pip_does() -> None:
    assert set_by_make(TRUST) == "true"
    assert set_by_make(TRUST, **{TRUST: "false"}) == "false"


@pytest.mark.skipif(not UV.exists(), reason="uv was not installed by the Makefile")
def test_the_pinned_uv_knows_that_setting() -> None:
    nonsense = os.environ | {TRUST: "nonsense"}

    told = subprocess.run([UV, "help"], env=nonsense, capture_output=True, text=True, check=False)

    assert TRUST in told.stderr
