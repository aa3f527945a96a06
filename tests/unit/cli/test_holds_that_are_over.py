"""A hold that is over keeps nothing, also where no `peg run` is at work to end it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NOON, RING, Bench, etsy_ref
from tests.support.command_line import peg, seed

from peg.ledger import reservations
from peg.propagation.retarget import retarget

LONG_AGO = datetime(2026, 1, 2, 9, tzinfo=UTC)
OVER = LONG_AGO + timedelta(hours=8)


async def a_ring_kept_till_long_ago(session: AsyncSession) -> None:
    bench = Bench(session)
    await bench.stock(RING, 1)
    await bench.offer(etsy_ref(), RING, shows=0)
    await reservations.hold(
        session, RING, 1, until=OVER, why="for Mrs Weber", who="anna", now=LONG_AGO
    )
    await retarget(session, [RING], now=NOON)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, a_ring_kept_till_long_ago)
    return tmp_path


def test_it_counts_nowhere(home: Path) -> None:
    stock = peg(home, "stock", RING, "--json").facts

    assert (stock["stock"]["available"], stock["stock"]["reserved"]) == (1, 0)
    assert stock["holds"] == peg(home, "holds", "--json").facts == []


def test_its_offers_should_show_the_piece_again(home: Path) -> None:
    (offer,) = peg(home, "offers", "--json").facts

    assert offer["target"] == {"": 1}


def test_a_sale_needs_nobodys_leave(home: Path) -> None:
    ran = peg(home, "sell", RING)

    assert "hold" not in ran.out
    assert "0 available" in ran.out


def test_the_piece_can_be_kept_for_somebody_else(home: Path) -> None:
    assert peg(home, "hold", RING, "--why", "for Mr Ames").code == 0


def test_the_book_says_when_it_was_over(home: Path) -> None:
    (newest, *_) = peg(home, "history", RING, "--json").facts["entries"]

    assert newest["cause"] == "expired"
    assert datetime.fromisoformat(newest["happened_at"]) == OVER


@pytest.mark.parametrize("words", [["release", "1"], ["sell", RING, "--hold", "1"]])
def test_who_names_it_is_told_that_it_is_over(home: Path, words: list[str]) -> None:
    ran = peg(home, *words, "--json")

    assert (ran.code, ran.refusal["error"]) == (3, "NoSuchHold")
    assert "expired 2026-01-02" in ran.refusal["sentence"]
