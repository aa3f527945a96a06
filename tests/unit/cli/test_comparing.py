"""`peg reconcile` and `peg drift`: what differs, why, and what was done about it."""

from pathlib import Path

from tests.support.command_line import peg
from tests.support.given import two_practice_shops

FACTS = {"shop", "begun_at", "ended_at", "offers", "outcome", "drift_share", "differences"}
EACH = {"offer", "title", "cause", "action", "evidence"}


def test_programs_get_each_difference_with_its_cause_its_end_and_its_evidence(
    tmp_path: Path,
) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)

        compared = peg(tmp_path, "reconcile", "--json", **environment)

    told = peg(tmp_path, "drift", "--json")
    runs = compared.facts
    differences = [one for run in runs for one in run["differences"]]
    assert (compared.code, told.code) == (1, 1)
    assert told.facts == runs
    assert {run["shop"].partition(":")[0] for run in runs} == {"etsy", "shopify"}
    assert all(set(run) == FACTS for run in runs)
    assert differences
    assert all(set(one) == EACH and one["cause"] and one["action"] for one in differences)
    for run in runs:
        assert run["drift_share"] == len(run["differences"]) / run["offers"]


def test_one_shop_can_be_compared_alone(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)

        compared = peg(tmp_path, "reconcile", "shopify", "--json", **environment)

    assert [run["shop"].partition(":")[0] for run in compared.facts] == ["shopify"]


def test_before_any_comparison_that_is_said(tmp_path: Path) -> None:
    peg(tmp_path, "migrate")

    assert "`peg reconcile` does it now" in peg(tmp_path, "drift").out
    assert peg(tmp_path, "drift", "--json").facts == []
