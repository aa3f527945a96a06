"""`peg match reject` and `peg match reopen`: each pair is told of, and there is a way back."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NECKLACE, RING, Bench, OrderTold, etsy_ref, line, shopify_ref
from tests.support.command_line import peg, seed
from tests.support.loose_offers import propose

OURS, THEIRS, TOO = shopify_ref("11", "111"), etsy_ref("22"), etsy_ref("23")


async def two_pairs(session: AsyncSession) -> None:
    """Two listings on Etsy may each be the ring; the first was sold."""
    bench = Bench(session)
    await bench.stock(RING, 1)
    await bench.offer(OURS, RING)
    for ref in (THEIRS, TOO):
        await bench.offer(ref, sku="?")
        await propose(session, OURS, ref)
    await bench.take_in(OrderTold().told(1, line(THEIRS, 1)))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, two_pairs)
    return tmp_path


def available(home: Path) -> int:
    return int(peg(home, "stock", RING, "--json").facts["stock"]["available"])


def waiting(home: Path, *words: str) -> list[int]:
    return [one["id"] for one in peg(home, "match", "list", *words, "--json").facts]


def test_of_several_pairs_one_that_cannot_be_rejected_is_named_and_holds_up_no_other(
    home: Path,
) -> None:
    ran = peg(home, "match", "reject", "9", "1", "2", "1", "--json")

    assert (ran.code, ran.facts["rejected"]) == (1, [1, 2])
    assert [(one["id"], one["error"]) for one in ran.facts["refused"]] == [(9, "NoSuchProposal")]
    assert waiting(home) == []


def test_it_is_said_in_words_as_well(home: Path) -> None:
    ran = peg(home, "match", "reject", "9", "1")

    assert "no pair has the number 9" in ran.out
    assert "1 rejected; 1 not, for the reasons above" in ran.out


def test_one_pair_that_cannot_be_rejected_is_an_error(home: Path) -> None:
    peg(home, "match", "reject", "1")

    again = peg(home, "match", "reject", "1", "--json")

    assert (again.code, again.refusal["error"]) == (3, "NoSuchProposal")
    assert "`peg match reopen 1`" in again.refusal["sentence"]


def test_a_rejected_pair_waits_again_once_it_is_reopened(home: Path) -> None:
    peg(home, "match", "reject", "1", "2")
    rejected = waiting(home, "--rejected")

    ran = peg(home, "match", "reopen", "1", "--json")

    assert rejected == [1, 2]
    assert (ran.code, ran.facts["reopened"], ran.facts["refused"]) == (0, [1], [])
    assert (waiting(home), waiting(home, "--rejected")) == ([1], [2])


def test_the_piece_is_let_go_with_the_pair_and_held_again_with_it(home: Path) -> None:
    sold = available(home)
    peg(home, "match", "reject", "1")
    rejected = available(home)
    peg(home, "match", "reopen", "1")

    assert (sold, rejected, available(home)) == (0, 1, 0)


@pytest.mark.parametrize(
    ("pair", "code", "error"), [("9", 3, "NoSuchProposal"), ("1", 4, "NotReopened")]
)
def test_only_a_rejected_pair_is_reopened(home: Path, pair: str, code: int, error: str) -> None:
    ran = peg(home, "match", "reopen", pair, "--json")

    assert (ran.code, ran.refusal["error"]) == (code, error)


def test_a_pair_that_became_two_pieces_is_not_reopened(tmp_path: Path) -> None:
    async def known_as_two(session: AsyncSession) -> None:
        await two_pairs(session)
        bench = Bench(session)
        await bench.stock(NECKLACE, 1)
        await bench.offer(TOO, NECKLACE)

    seed(tmp_path, known_as_two)
    peg(tmp_path, "match", "reject", "2")

    ran = peg(tmp_path, "match", "reopen", "2", "--json")

    assert (ran.code, ran.refusal["error"]) == (4, "NotReopened")
    assert "peg match compose" in ran.refusal["sentence"]
