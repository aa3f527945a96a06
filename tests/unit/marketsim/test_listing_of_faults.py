"""`marketsim faults` in a narrow window."""

import subprocess
import sys

import pytest

from marketsim.build import FAULTS


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_every_fault_is_listed_by_its_whole_name(columns: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from marketsim.cli import main; main()", "faults"],
        env={"COLUMNS": columns, "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert [name for name in FAULTS if f" {name} " not in told] == []
