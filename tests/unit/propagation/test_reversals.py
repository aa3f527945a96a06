"""The same change made again and again: somebody else changes it back, or our own trade does."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import insert
from tests.support.bench import RING, Bench, etsy_ref, minute, open_bench
from tests.support.doubts import asked

from peg.domain.offer import ANYWHERE
from peg.propagation.reversals import REVERSED, TIMES, heed
from peg.propagation.tables import writes

OFF, ON = (1, 0), (0, 1)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        yield bench


async def writes_one_a_minute(bench: Bench, changes: Sequence[tuple[int, int]]) -> None:
    await bench.stock(RING, 1)
    offer = await bench.offer(etsy_ref(), RING)
    for number, (before, quantity) in enumerate(changes):
        now = minute(number)
        row = {
            "offer": offer.id,
            "place": ANYWHERE,
            "attempt": str(number),
            "before": before,
            "quantity": quantity,
            "version": number + 1,
            "aimed_at": now,
            "written_at": now,
        }
        await bench.session.execute(insert(writes).values(row))
        await heed(bench.session, offer, ANYWHERE, now=now)


async def test_what_is_withdrawn_three_times_was_put_back_by_somebody_else(bench: Bench) -> None:
    await writes_one_a_minute(bench, [OFF] * TIMES)

    assert await asked(bench) == [REVERSED]


async def test_orders_that_come_and_are_cancelled_are_no_other_program(bench: Bench) -> None:
    """PEG takes the ring off and puts it back by itself, as often as buyers change their minds."""
    await writes_one_a_minute(bench, [OFF, ON] * (TIMES + 1))

    assert await asked(bench) == []


async def test_somebody_else_is_seen_among_them(bench: Bench) -> None:
    await writes_one_a_minute(bench, [OFF, ON, *[OFF] * TIMES, OFF])

    assert await asked(bench) == [REVERSED]
