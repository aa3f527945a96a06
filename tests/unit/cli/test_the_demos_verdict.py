"""The rehearsal's judge asks for a case of every piece that two buyers have."""

from typing import Any

import pytest

from peg.cli.demo.verdict import sold_to_two

SHOPS: dict[str, dict[str, Any]] = {
    "shopify": {
        "orders": [{"id": "S1", "cancelled_at": None}, {"id": "S2", "cancelled_at": "2026-11-23"}]
    },
    "etsy": {"receipts": [{"id": 1, "status": "Paid"}, {"id": 2, "status": "canceled"}]},
}


def sold_twice(first: dict[str, Any] | None, second: str) -> dict[str, Any]:
    return {"piece": "piece-1", "first": first, "second": {"order": second}}


@pytest.mark.parametrize(
    ("first", "second", "needs_a_case"),
    [
        ({"by": "sale", "order": "1"}, "S1", True),
        ({"by": "sale", "order": "2"}, "S1", False),
        ({"by": "sale", "order": "1"}, "S2", False),
        ({"by": "edit", "order": None}, "S1", False),
        (None, "S1", False),
    ],
    ids=["both live", "first cancelled", "second cancelled", "taken by hand", "never there"],
)
def test_a_piece_two_buyers_have_needs_a_case(
    first: dict[str, Any] | None, second: str, *, needs_a_case: bool
) -> None:
    assert bool(sold_to_two([sold_twice(first, second)], SHOPS)) is needs_a_case
