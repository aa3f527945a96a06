"""The judge can fail: PEG is broken on purpose, and must be caught.

A simulation that finds nothing wrong proves something only if it finds what is wrong. Here is a
sample of all sabotages, since each plays hours of trade; `make sabotage` plays them all.
"""

import ast
from collections import Counter

import pytest
from tests.simulation.sabotage import control_of
from tests.simulation.sabotages import SABOTAGES
from tests.simulation.sabotages.kinds import Sabotage
from tests.simulation.sabotages.playing import ROOT, play
from tests.support.spoilt_source import Edit, NoLongerFits, spoilt

SAMPLE = ("drop the outbox row", "forget one component", "what was sold is still there")
"""Those that are caught within an hour or two of trade."""

NAMED = {one.name: one for one in SABOTAGES}


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda one: one.name)
def test_each_sabotage_still_changes_the_source_where_it_means_to(sabotage: Sabotage) -> None:
    texts = spoilt(sabotage.edits)

    assert texts
    for text in texts.values():
        ast.parse(text)


def test_a_sabotage_that_no_longer_fits_is_told() -> None:
    edit = Edit("ledger/book.py", "post(", "lose(")

    with pytest.raises(NoLongerFits, match=r"ledger/book\.py has 0 of 'post\('"):
        edit.made("def write() -> None: ...")
    with pytest.raises(NoLongerFits, match="has 2 of"):
        edit.made("post(1)\npost(2)\n")


def test_each_sabotage_has_a_name_of_its_own_and_says_what_it_breaks() -> None:
    twice = [name for name, times in Counter(one.name for one in SABOTAGES).items() if times > 1]

    assert not twice
    assert all(one.breaks and one.like for one in SABOTAGES)


def test_the_protocol_tells_of_each() -> None:
    told = (ROOT / "docs/protocol.md").read_text().splitlines()

    assert not [one.row() for one in SABOTAGES if one.row() not in told]


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sabotaged_peg_is_caught(name: str) -> None:
    found = play(NAMED[name])

    assert found.seed == NAMED[name].seed, f"{found}: the simulation has become too kind"


@pytest.mark.parametrize("control", dict.fromkeys(control_of(NAMED[name]) for name in SAMPLE))
def test_the_honest_source_is_not_caught_at_the_same_seed(control: Sabotage) -> None:
    found = play(control)

    assert found.seed is None, found.sentence
