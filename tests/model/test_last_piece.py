"""Every order of events around the last piece: the rules keep the promises, and each is needed.

The model is in Promela, beside this file; docs/protocol.md explains it.
"""

import re
from pathlib import Path

import pytest
from tests.model.spin import Search, check, missing_programs, variants

PAGE = Path(__file__).parents[2] / "docs" / "protocol.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| .+ \| I(\d) \|$", re.MULTILINE)

spins = pytest.mark.skipif(bool(missing_programs()), reason=f"needs {missing_programs()}")


@spins
def test_in_every_order_of_events_the_last_piece_is_kept_true(tmp_path: Path) -> None:
    """Two sales, a cancellation, a ghost unit, one lost message and one crash, at any moment."""
    found = check(tmp_path, Search.PROMISES, {})

    assert (found.errors, found.broken, found.complete) == (0, None, True)


@spins
def test_whatever_happens_ends(tmp_path: Path) -> None:
    """No cycle: both marketplaces show the target, if only some step that can be made is made."""
    found = check(tmp_path, Search.CYCLES, {"HANDS": 0})

    assert (found.errors, found.complete) == (0, True)


@spins
@pytest.mark.parametrize("name", variants())
def test_without_any_one_rule_a_promise_is_broken(name: str, tmp_path: Path) -> None:
    promise, _ = variants()[name]

    found = check(tmp_path, Search.COUNTEREXAMPLE, {"VARIANT": name})

    assert (found.errors, found.broken) == (1, promise)


@spins
@pytest.mark.parametrize("happens", ["ETSY_RESTOCKS", "RENEWALS"])
def test_what_cannot_be_promised_is_known(happens: str, tmp_path: Path) -> None:
    """Others put it back on Etsy, and it is sold unseen, while the receipt is not listed yet."""
    found = check(tmp_path, Search.COUNTEREXAMPLE, {happens: 1})

    assert (found.errors, found.broken) == (1, 3)


def test_the_page_names_each_variant_with_the_promise_it_breaks() -> None:
    named = {name: int(promise) for name, promise in ROW.findall(PAGE.read_text())}

    assert named == {name: promise for name, (promise, _) in variants().items()}
