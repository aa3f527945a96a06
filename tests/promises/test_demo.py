"""The whole of it, as a newcomer runs it: real processes, real sockets, real consent pages.

The shops' clock runs four times as fast, which is harder: PEG and the machine get no faster.
"""

import re

import pytest
from bench.demo import Run, run_demo

QUICK = ("--seed", "5", "--clock-speed", "4", "--pace", "30")
ORDERS = {"usual": 14, "hard": 20}
"""So many that the seed's buyers also cancel: PEG has something to raise."""


@pytest.fixture(scope="module", params=sorted(ORDERS))
def rehearsal(request: pytest.FixtureRequest) -> Run:
    faults = str(request.param)
    orders = str(ORDERS[faults])
    run = run_demo("--orders", orders, "--pieces", "40", "--faults", faults, *QUICK)
    assert run.found, run.complaint
    return run


pytestmark = pytest.mark.timeout(180)


def test_a_rehearsal_ends_well_only_if_every_invariant_held(rehearsal: Run) -> None:
    assert all(rehearsal.found["invariants"].values()), rehearsal.found
    assert rehearsal.exit_code == 0


def test_no_judge_of_a_rehearsal_was_idle(rehearsal: Run) -> None:
    compared = {name[:2]: facts["compared"] for name, facts in rehearsal.found["judged"].items()}

    for busy in ("I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8"):
        assert int(re.findall(r"\d+", compared[busy])[0]) > 0, compared
    assert f"of {ORDERS[rehearsal.found['faults']]} orders" in compared["I2"]


def test_a_rehearsal_tells_what_it_measured(rehearsal: Run) -> None:
    found = rehearsal.found

    assert sum(side["orders"] for side in found["sales"].values()) == ORDERS[found["faults"]]
    assert found["seconds_from_sale_to_withdrawal"]["after_sales"]["p50"] is not None
    assert found["api_calls"]["per_sale"] > 0
    assert found["rhythm"] == "season"
    assert found["double_sales"]["outside"] == []
    assert found["drift"]["checked"] > 40


def test_the_jeweller_of_a_rehearsal_is_at_work_too(rehearsal: Run) -> None:
    done, truth = rehearsal.found["jeweller"], rehearsal.found["in_person"]

    assert done["sold_in_person"] == truth["sold"] > 0
    assert done["received"] == truth["received"] > 0
    assert done["held"] > 0
    assert done["pairs_accepted"] > 0
