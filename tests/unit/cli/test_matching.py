from collections import Counter
from pathlib import Path

import pytest
from tests.support.command_line import peg
from tests.support.given import two_practice_shops


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


def test_a_piece_is_taken_for_a_set_only_when_that_is_said_twice(tmp_path: Path) -> None:
    with two_practice_shops(tmp_path) as environment:
        peg(tmp_path, "import", **environment)
        offer, sku, *others = one_listing_and_two_other_pieces(tmp_path)
        words = ("match", "compose", offer, *others, "--json")
        there = on_hand(tmp_path, sku)

        told = peg(tmp_path, *words, **environment)
        still = on_hand(tmp_path, sku)
        done = peg(tmp_path, *words, "--yes", **environment)
        back = peg(tmp_path, "match", "compose", offer, sku, "--json", **environment)

    assert (told.code, told.refusal["error"], still) == (2, "TakenForAPiece", there)
    assert (done.code, done.facts["written_off"]) == (0, {sku: there})
    assert (back.code, back.facts["brought_back"]) == (0, {sku: there})
    assert on_hand(tmp_path, sku) == there


def one_listing_and_two_other_pieces(home: Path) -> tuple[str, str, str, str]:
    """An offer and the only piece it sells, which no other does and of which there are some."""
    offers = [one for one in peg(home, "offers", "--json").facts if one["parts"]]
    sold = Counter(part["sku"] for one in offers for part in one["parts"])
    (number, sku), *_ = (
        (str(one["id"]), one["parts"][0]["sku"])
        for one in offers
        if sold[one["parts"][0]["sku"]] == 1 and on_hand(home, one["parts"][0]["sku"])
    )
    first, second, *_ = sorted(sold.keys() - {sku})
    return number, sku, first, second


def on_hand(home: Path, sku: str) -> int:
    return int(peg(home, "stock", sku, "--json").facts["stock"]["on_hand"])
