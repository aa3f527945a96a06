"""What `peg demo --faults` names is what its help says, by the practice shops' own rates."""

from pathlib import Path

import pytest
from tests.support.command_line import peg

from marketsim.build import FAULTS as KNOWN
from marketsim.rates import parse_rates
from peg.cli.demo.setting import FAULTS

DEFAULTS = {name: fault.rate for name, fault in KNOWN.items()}


def rates(word: str) -> dict[str, float]:
    return DEFAULTS | parse_rates(FAULTS[word])


def test_none_leaves_nothing_to_chance_and_every_rule_in_force() -> None:
    assert {name for name, rate in rates("none").items() if rate} == {
        name for name, rate in DEFAULTS.items() if rate == 1
    }
    for lags in ("etsy.receipt_lag", "shopify.stale_total_inventory", "shopify.async_jobs"):
        assert rates("none")[lags] == 1


def test_usual_is_what_the_shops_do_by_themselves_without_deliveries_hours_late() -> None:
    changed = {name for name, rate in rates("usual").items() if rate != DEFAULTS[name]}

    assert changed == {"shopify.webhook_delayed", "etsy.webhook_delayed"}


def test_hard_is_usual_and_worse() -> None:
    usual, hard = rates("usual"), rates("hard")

    assert all(hard[name] >= usual[name] for name in usual)
    assert hard["shopify.webhook_lost"] == hard["etsy.webhook_lost"] == 0.2


@pytest.mark.parametrize("typed", ["nothing", "usuall", ""])
def test_a_word_that_stands_for_no_faults_is_refused_with_those_that_do(
    tmp_path: Path, typed: str
) -> None:
    ran = peg(tmp_path, "demo", "--headless", "--faults", typed)

    assert ran.code == 2
    assert all(f"`{word}`" in ran.err for word in FAULTS)
