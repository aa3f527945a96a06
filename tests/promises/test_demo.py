"""The whole of it, as a newcomer runs it: real processes, real sockets, real consent pages."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest


@pytest.fixture(scope="module")
def rehearsal() -> tuple[int, dict[str, Any]]:
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PEG_")}
    words = ["demo", "--headless", "--orders", "8", "--pieces", "40", "--seed", "3", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "peg", *words],
        env=clean,
        capture_output=True,
        check=False,
        timeout=170,
    )
    assert done.stdout, done.stderr.decode()
    return done.returncode, json.loads(done.stdout)


pytestmark = pytest.mark.timeout(180)


def test_a_rehearsal_ends_well_only_if_every_invariant_held(
    rehearsal: tuple[int, dict[str, Any]],
) -> None:
    code, found = rehearsal

    assert all(found["invariants"].values()), found
    assert code == 0


def test_a_rehearsal_tells_what_it_measured(rehearsal: tuple[int, dict[str, Any]]) -> None:
    _, found = rehearsal

    assert sum(side["orders"] for side in found["sales"].values()) == 8
    assert found["seconds_from_sale_to_withdrawal"]["after_sales"]["p50"] is not None
    assert found["api_calls"]["per_sale"] > 0
    assert found["double_sales"]["outside"] == []
    assert found["drift"]["checked"] > 40
