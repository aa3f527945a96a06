"""She typed pieces into a shop and tells PEG of the same: the reply says that it counts once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NECKLACE, Bench, shopify_ref
from tests.support.command_line import peg, seed

from peg.intake.edits import Edits


async def typed_in(session: AsyncSession) -> None:
    """Two chains more were typed into Shopify a moment ago."""
    bench = Bench(session)
    await bench.stock(NECKLACE, 5)
    offer = await bench.offer(shopify_ref(), NECKLACE, shows=5)
    await Edits(session=session, offer=offer, now=datetime.now(UTC)).believe_more("", 2)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    seed(tmp_path, typed_in)
    return tmp_path


def test_who_receives_what_she_typed_is_told_and_may_say_that_they_are_others(home: Path) -> None:
    ran = peg(home, "receive", NECKLACE, "2")

    assert "7 available, 7 on hand" in ran.out
    assert "2 typed in on shopify" in ran.out
    assert "`peg answer 1 yes` if so" in ran.out
    assert "9 on hand" in peg(home, "answer", "1", "yes").out


def test_who_receives_more_than_she_typed_has_the_rest_besides(home: Path) -> None:
    assert peg(home, "receive", NECKLACE, "3", "--json").facts["on_hand"] == 8
