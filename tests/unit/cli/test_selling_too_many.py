"""Who sells more at the counter than is available is asked before: it may be a slip."""

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


def test_before_more_are_sold_than_are_available_one_is_asked_and_nothing_is_done(
    home: Path,
) -> None:
    before = stock(home).facts

    ran = peg(home, "sell", RING, "9999")
    told = peg(home, "sell", RING, "9999", "--json")

    said = " ".join(ran.err.split())
    assert (ran.code, ran.out, told.refusal["error"]) == (2, "", "MoreThanAvailable")
    assert f"9999 of {RING} would be sold, and 3 are available, of 3 on hand" in said
    assert "9996 pieces would be missing, a case opens and orders of it may have to be" in said
    assert "Nothing is done yet: add `--yes` if they were handed over" in said
    assert stock(home).facts == before
    assert peg(home, "cases", "--json").facts == []


def test_all_that_are_available_are_sold_without_a_question(home: Path) -> None:
    assert peg(home, "sell", RING, "3").code == 0
