"""Who sells several at the counter, more than there are, is asked before: it may be a slip."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import RING, Bench
from tests.support.command_line import Ran, peg, seed


async def three_rings(session: AsyncSession) -> None:
    await Bench(session).stock(RING, 3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, three_rings)
    return tmp_path


def stock(home: Path) -> Ran:
    return peg(home, "stock", RING, "--json")


def test_before_more_are_sold_than_the_book_has_one_is_asked_and_nothing_is_done(
    home: Path,
) -> None:
    before = stock(home).facts

    ran = peg(home, "sell", RING, "9999")
    told = peg(home, "sell", RING, "9999", "--json")

    said = " ".join(ran.err.split())
    assert (ran.code, ran.out, told.refusal["error"]) == (2, "", "MoreThanThere")
    assert f"9999 of {RING} would be sold, and the book has 3, 3 of them available" in said
    assert "9996 pieces would be missing, a case opens and orders of it may have to be" in said
    assert "Nothing is done yet: add `--yes` if they were handed over" in said
    assert stock(home).facts == before
    assert peg(home, "cases", "--json").facts == []


def test_who_sells_too_many_is_told_of_holds(home: Path) -> None:
    peg(home, "hold", RING, "3", "--why", "the fair")

    asked = " ".join(peg(home, "sell", RING, "4").err.split())

    assert "hold 1 (the fair; kept by " in asked
    assert "keeps 3: `--hold 1` sells to its buyer" in asked


def test_all_that_there_are_and_one_more_that_was_handed_over_are_sold_without_a_question(
    home: Path,
) -> None:
    assert peg(home, "sell", RING, "3").code == 0

    ran = peg(home, "sell", RING)

    assert ran.code == 0
    assert "`peg cases` shows which orders want them" in " ".join(ran.out.split())
    assert len(peg(home, "cases", "--json").facts) == 1
