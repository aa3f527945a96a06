"""Words that nobody types on purpose: refused by name, with what to do, and nothing is posted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.command_line import peg
from tests.support.given import a_small_book

LONG = "A" * 5_000
FAR = "9999-12-31T23:59:59-12:00"
HUGE = "9" * 20
"""A number that the database has no room for."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with a_small_book(tmp_path):
        yield tmp_path


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["history", "RUBY-RING", "--at", FAR], "BadMoment"),
        (["history", "RUBY-RING", "--at", "0001-01-01T00:00:00+12:00"], "BadMoment"),
        (["history", "RUBY-RING", "--at", "0001-01-01"], "BadMoment"),
        (["history", "RUBY-RING", "--at", ""], "BadMoment"),
        (["history", "RUBY-RING", "--limit", "0"], "BadQuantity"),
        (["orders", "--limit", "-5"], "BadQuantity"),
        (["orders", "--limit", HUGE], "BadQuantity"),
        (["hold", "RUBY-RING", "--why", "Ann", "--until", FAR], "BadMoment"),
        (["hold", "RUBY-RING", "--why", " "], "NoReason"),
        (["hold", "RUBY-RING", HUGE, "--why", "Ann"], "BadQuantity"),
        (["sell", "RUBY-RING", HUGE], "BadQuantity"),
        (["count", "RUBY-RING", "4006381333"], "BadQuantity"),  # a scanned code
        (["count", "RUBY-RING", "96385074"], "BadQuantity"),
        (["sell", "RUBY-RING", "٣"], "BadQuantity"),
        (["sell", "RUBY-RING", "--note", "\0"], "NotText"),
        (["sell", "RUBY-RING", "--note", "\udcff"], "NotText"),
        (["sell", LONG], "BadSku"),
        (["stock", ""], "BadSku"),
        (["receive", "RUBY-RING", "1", "--at", LONG], "UnknownPlace"),
        (["offers", "--shop", LONG], "UnknownShop"),
        (["places", "add", " "], "BadPlaceName"),
        (["places", "add", LONG], "BadPlaceName"),
        (["limit", "all", "--cap", HUGE], "BadQuantity"),
        (["pause", LONG], "BadScope"),
        (["match", "compose", "1", f"RUBY-RING={HUGE}"], "BadQuantity"),
        (["match", "compose", "1", "RUBY-RING=٣"], "BadQuantity"),
        (["match", "compose", HUGE, "RUBY-RING"], "BadQuantity"),
        (["match", "reject", HUGE], "BadQuantity"),
        (["match", "accept", "--surer-than", HUGE], "BadQuantity"),
        (["dead", "retry", f"d{HUGE}"], "UnclearWhich"),
        (["dead", "discard", "d1", "--why", ""], "NoReason"),
        (["answer", HUGE, "yes"], "BadQuantity"),
        (["release", HUGE], "BadQuantity"),
    ],
)
def test_an_odd_word_is_refused_with_what_to_do(home: Path, words: list[str], error: str) -> None:
    before = peg(home, "stock", "--json").facts

    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) in {(2, error), (3, error)}
    assert 20 < len(ran.refusal["sentence"]) < 400
    assert peg(home, "stock", "--json").facts == before
