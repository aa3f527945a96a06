from pathlib import Path

import pytest
from tests.support.command_line import peg


def test_pairs_that_cannot_be_accepted_are_named_one_by_one(tmp_path: Path) -> None:
    ran = peg(tmp_path, "match", "accept", "7", "8", "7", "--json")

    assert ran.code == 1
    assert ran.facts["accepted"] == []
    assert [(one["id"], one["error"]) for one in ran.facts["refused"]] == [
        (7, "NoSuchProposal"),
        (8, "NoSuchProposal"),
    ]


def test_one_pair_that_cannot_be_accepted_is_an_error(tmp_path: Path) -> None:
    ran = peg(tmp_path, "match", "accept", "7", "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "NoSuchProposal")


@pytest.mark.parametrize(
    "words",
    [("accept",), ("accept", "7", "8", "--sku", "RING-1"), ("reject",)],
    ids=["accept none", "one SKU for two", "reject none"],
)
def test_a_decision_wants_to_know_which_pairs(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = peg(tmp_path, "match", *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (2, "UnclearPairs")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("1",), 2, "NoParts"),
        (("1", "RING-1"), 3, "NoSuchOffer"),
        (("1", "RING-1=0"), 2, "BadQuantity"),
        (("1", "RING 1!"), 2, "BadSku"),
    ],
)
def test_what_cannot_be_composed_is_an_error_with_a_name(
    tmp_path: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    ran = peg(tmp_path, "match", "compose", *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (code, error)
