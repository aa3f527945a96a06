"""How long it takes until PEG knows that what it lowered is lower, by its own record."""

from dataclasses import replace

from tests.support import good_rehearsal as good

from peg.cli.demo.verdict.figures import verified


def test_it_counts_from_the_change_on_the_shop_until_its_attempt_was_over() -> None:
    """The ring and the chain of the good story stand lower one second before PEG has checked."""
    found = verified(good.good_record(), good.good_book())

    assert found == {"count": 2, "p50": 1.0, "p99": 1.0, "max": 1.0}


def test_what_nobody_verified_is_not_counted() -> None:
    book = good.good_book()
    nobody = replace(book, attempts=[replace(one, ended_at=None) for one in book.attempts])

    assert verified(good.good_record(), nobody)["count"] == 0
    assert verified(good.good_record(), nobody)["p99"] is None
