"""Only what was measured on a run that held is published, and what missed its aim says so."""

from collections import Counter
from typing import Any

import pytest
from bench import __main__ as main_job
from bench import costs
from bench.demo import NotMeasured, Run, measured
from bench.importing import limits_s
from bench.page import verdict

SPEED = {"after_sales": {"p50": 0.1, "p99": 0.4}}
FOUND: dict[str, Any] = {
    "invariants": {"I5 sold twice": True},
    "seconds_from_sale_to_withdrawal": SPEED,
}


def ended(found: dict[str, Any], exit_code: int = 0) -> Run:
    words = ("demo", "--headless", "--seed", "7", "--json")
    return Run(words=words, exit_code=exit_code, seconds=1.0, found=found, complaint="no port")


def test_a_run_that_held_is_published() -> None:
    assert measured(ended(FOUND)) == FOUND


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (ended({**FOUND, "invariants": {"I5 sold twice": False}}, 1), "I5 sold twice"),
        (ended({}, 1), "no port"),
        (ended({"seconds_from_sale_to_withdrawal": {"after_sales": {"p50": None}}}), "no port"),
    ],
    ids=["an invariant is broken", "it printed nothing", "a figure is missing"],
)
def test_a_run_that_did_not_hold_is_refused_with_its_replay(run: Run, why: str) -> None:
    with pytest.raises(NotMeasured, match=why) as refused:
        measured(run)

    assert "make demo ARGS=" in str(refused.value)


def test_a_missed_aim_is_named() -> None:
    assert [verdict(met) for met in (True, False, None)] == ["met", "MISSED", ""]


CALLS: dict[str, Any] = {
    "shopify_changes": {"changes": 250, "calls": {"shopify": {"InventorySet": 1}}},
    "etsy_withdrawal": {"etsy": {"updateListing": 1, "getListingInventory": 1}},
    "etsy_change": {
        "etsy": {"getListingInventory": 3, "updateListingInventory": 1, "getShopReceipts": 9}
    },
    "idle_hour": {"calls": {"shopify": {"OrdersUpdatedSince": 120}, "etsy": {"other": 1}}},
}


def test_one_call_too_many_misses_its_aim() -> None:
    assert [row[-1] for row in costs.rows(CALLS)] == [True, True, False, False, True]


def test_the_page_says_which_faults_were_off_and_which_calls_are_not_counted() -> None:
    quick = {"p50": 0.1, "p99": 0.4, "max": 0.4, "count": 9}
    one = {
        "seconds_from_sale_to_withdrawal": {"after_sales": quick, "after_sales_by_direction": {}},
        "seconds_from_sale_to_verified": quick,
        "api_calls": {"per_sale": 9.0},
        "refused_429": {"earned_share": 0.0},
    }
    found = {
        "floor_s": {"p50": 0.001, "p99": 0.002},
        "webhooks_on": [one],
        "webhooks_off": one,
        "in_full": one,
        "calls": CALLS,
        "cold_start_of_help_s": 0.2,
    }

    page = main_job.section(found, "Measured.")

    assert costs.FAULTS in page
    assert "--faults none" in page
    counted = [line for line in page.splitlines() if line.startswith("| calls to Etsy")]
    assert len(counted) == 2
    assert all("polls and glances apart" in line for line in counted)


def test_the_slower_shops_limit_is_what_an_import_waits_for() -> None:
    spent = Counter(points=7_000, etsy=60)

    assert limits_s(spent) == 50.0
    assert limits_s(Counter(points=100, etsy=60)) == 6.0
