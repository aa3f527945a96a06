"""What counts as shown, and what a question or a person's wish keeps low."""

from typing import Any

import pytest
from tests.support.bench import etsy_ref, reading_of

from peg.cli.demo.verdict.drift import is_asked, shows
from peg.domain.offer import Shelf, Target


@pytest.mark.parametrize(
    ("seen", "shelf", "is_right"),
    [
        ({"71": 2, "72": 0}, Shelf.LISTED, True),
        ({"71": 2}, Shelf.LISTED, True),
        ({"71": 1, "72": 1}, Shelf.LISTED, False),
        ({"71": 3, "72": 0}, Shelf.LISTED, False),
        ({"71": 2, "72": 0}, Shelf.WITHDRAWN, False),
    ],
    ids=["as asked", "a place that shows none", "at another place", "one too many", "off sale"],
)
def test_an_offer_shows_its_target_only_place_by_place_and_on_sale(
    seen: dict[str, int], shelf: Shelf, *, is_right: bool
) -> None:
    target = Target(quantities={"71": 2, "72": 0}, listed=True, version=1)

    assert shows(target, reading_of(etsy_ref(), seen, shelf=shelf)) is is_right


@pytest.mark.parametrize(
    ("changed", "asked", "is_kept"),
    [
        ({}, {"7"}, True),
        ({}, {"RING-1"}, True),
        ({}, {"RING-2", "8"}, False),
        ({"parked": True}, set(), True),
        ({"shows": {"": 3}}, {"7"}, False),
        ({"shows": {"": 3}, "parked": True}, set(), False),
    ],
    ids=["offer", "piece", "another", "parked", "asked and higher", "parked and higher"],
)
def test_only_a_lower_figure_is_kept_by_a_question(
    changed: dict[str, Any], asked: set[str], *, is_kept: bool
) -> None:
    found = {"offer": 7, "skus": ["RING-1"], "target": {"": 2}, "shows": {"": 1}, "parked": False}

    assert is_asked(found | changed, asked) is is_kept
