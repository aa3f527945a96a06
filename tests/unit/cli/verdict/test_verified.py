"""How long it takes from a sale until PEG knows that another offer is lower, by its own record."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.support import good_rehearsal as good

from peg.cli.demo.verdict.figures import verified


def followed(market: str, piece: str, *, sold: float, lowered: float) -> dict[str, Any]:
    """A sale that an offer followed, as the practice shops tell it."""
    return {
        "lowered_on": market,
        "unit": piece,
        "sold_at": good.second(sold).isoformat(),
        "lowered_at": good.second(lowered).isoformat(),
    }


GOOD_STORY = [
    followed("etsy", "ring", sold=0, lowered=1),
    followed("shopify", "chain", sold=10, lowered=11),
]


def test_it_counts_from_the_sale_until_the_attempt_that_lowered_was_over() -> None:
    """The ring and the chain of the good story stand lower one second before PEG has checked."""
    found = verified(GOOD_STORY, good.good_record(), good.good_book())

    assert (found["count"], found["p50"], found["p99"], found["max"]) == (2, 2.0, 2.0, 2.0)


def test_the_slowest_is_told_first() -> None:
    book = good.good_book()
    ring, *others = book.attempts
    late = replace(ring, ended_at=good.second(9))

    found = verified(GOOD_STORY, good.good_record(), replace(book, attempts=[late, *others]))

    assert found["slowest"] == [
        {**GOOD_STORY[0], "seconds": 9.0},
        {**GOOD_STORY[1], "seconds": 2.0},
    ]


def test_what_nobody_verified_is_not_counted() -> None:
    book = good.good_book()
    nobody = replace(book, attempts=[replace(one, ended_at=None) for one in book.attempts])

    found = verified(GOOD_STORY, good.good_record(), nobody)

    assert (found["count"], found["p99"]) == (0, None)


def test_what_the_marketplace_lowered_by_itself_needs_no_verifying() -> None:
    by_the_shop = [followed("shopify", "ring", sold=0, lowered=0)]

    assert verified(by_the_shop, good.good_record(), good.good_book())["count"] == 0


def test_an_attempt_that_was_over_just_before_has_not_verified_it() -> None:
    book = good.good_book()
    usual = verified(GOOD_STORY, good.good_record(), book)
    earlier = [
        replace(one, begun_at=one.begun_at - AGO, ended_at=one.begun_at) for one in book.attempts
    ]

    found = verified(
        GOOD_STORY, good.good_record(), replace(book, attempts=[*earlier, *book.attempts])
    )

    assert found == usual


AGO = timedelta(seconds=0.5)
