"""A judge that saw nothing has proved nothing: each says how much it looked at."""

from dataclasses import replace

from tests.support import good_rehearsal as good
from tests.support.good_rehearsal import RING

from peg.cli.demo.verdict.judge import judge_all

RAISE = 8
"""Where the story tells of the ring that goes back on sale on Etsy."""


def test_what_was_compared_is_told_in_the_singular_where_it_is_one() -> None:
    record, book = good.good_record(), good.good_book()
    one_of_each = replace(
        record,
        happened=[record.happened[0], record.happened[RAISE]],
        lines=record.lines[:1],
        units=record.units[:1],
        acknowledged=frozenset(sorted(record.acknowledged)[:1]),
    )

    findings = judge_all(one_of_each, replace(book, names={"ring": RING}))

    assert [one.compared for one in findings] == [
        "1 piece counted",
        "1 line of 1 order",
        "1 raise seen by the shops",
        "what can be bought of 1 offer",
        "1 sale, 1 of them double, and 1 case",
        "1 acknowledged delivery",
        "1 change seen by the shops",
        "1 secret, looked for in 0 kB",
    ]
