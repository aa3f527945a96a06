"""`make rehearse` says which seeds did not hold, and how to see them again."""

from typing import Any

import pytest
from bench.demo import Run
from bench.rehearsals import figures, last_line, line, parse

FOUND: dict[str, Any] = {
    "sales": {"shopify": {"orders": 5}, "etsy": {"orders": 3}},
    "seconds_from_sale_to_withdrawal": {"after_sales": {"p50": 0.4, "p99": 1.9}},
    "refused_429": {"earned_share": 0.0025},
    "double_sales": {"inside": [{}], "outside": []},
    "drift": {"offers": []},
    "invariants": {"I1 the entries add up": True, "I2 every order was taken in": False},
}


def ended(exit_code: int, found: dict[str, Any], complaint: str = "") -> Run:
    return Run(
        words=("demo", "--headless", "--orders", "8", "--seed", "4", "--faults", "hard", "--json"),
        exit_code=exit_code,
        seconds=41.0,
        found=found,
        complaint=complaint,
    )


def test_a_seed_that_broke_a_promise_is_named_with_its_command() -> None:
    held = figures(ended(0, FOUND | {"invariants": {"I1 the entries add up": True}}))
    broken = figures(ended(1, FOUND))

    assert last_line([held]) == "1 of 1 rehearsals held"
    assert last_line([held, broken]) == (
        "1 of 2 rehearsals held; again:\n"
        '  make demo ARGS="--headless --orders 8 --seed 4 --faults hard --json"'
    )
    assert line(broken).endswith("BROKEN I2 every order was taken in")


def test_a_seed_on_one_line_tells_what_was_judged() -> None:
    said = line(figures(ended(0, FOUND | {"invariants": {}})))

    assert said == (
        "seed 4   faults hard  exit 0  8 orders  sold twice 1 inside, 0 outside"
        "  p50 0.4 s  p99 1.9 s  429 0.25 %  off target 0  41 s"
    )


def test_a_rehearsal_that_printed_nothing_did_not_hold() -> None:
    silent = figures(ended(2, {}, complaint="the practice shops ended"))

    assert not silent["held"]
    assert line(silent).endswith("printed no figures: the practice shops ended")


def test_both_ways_are_rehearsed_for_each_seed() -> None:
    wanted = parse(["--seeds", "2", "--first", "5", "--faults", "both", "--clock-speed", "4"])

    told = [" ".join(options) for options in wanted.options()]

    assert told == [
        "--orders 300 --seed 5 --faults usual --clock-speed 4",
        "--orders 300 --seed 5 --faults hard --clock-speed 4",
        "--orders 300 --seed 6 --faults usual --clock-speed 4",
        "--orders 300 --seed 6 --faults hard --clock-speed 4",
    ]
    assert wanted.command() == (
        'make rehearse SEEDS=2 FIRST=5 ORDERS=300 FAULTS=both JOBS=1 ARGS="--clock-speed 4"'
    )


def test_no_seeds_at_all_prove_nothing() -> None:
    with pytest.raises(SystemExit):
        parse(["--seeds", "0"])
