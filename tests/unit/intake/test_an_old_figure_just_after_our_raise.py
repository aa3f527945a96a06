"""PEG has just raised a chain on Etsy to five, and the next reading shows the four from before.

One may have been bought, or taken off by hand, within those seconds; or the figure is an old one.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NECKLACE,
    PATIENCE,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
    reading_of,
)
from tests.support.doubts import chain

from peg.catalog import mirror
from peg.domain.offer import ANYWHERE
from peg.ledger import overdue, questions

OLD, LAG = PATIENCE.old_state_s / 60, PATIENCE.receipt_lag_s / 60
LONG_AFTER = 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        offer = await chain(bench, etsy_ref())
        five = reading_of(etsy_ref(), {ANYWHERE: 5})
        await mirror.note_rewritten(bench.session, offer.id, five, now=minute(0))
        yield bench


async def asked(bench: Bench, *, at: float) -> list[str]:
    await overdue.close_due(bench.session, now=minute(at))
    return [one.kind for one in await questions.open_questions(bench.session)]


async def test_it_is_held_and_asked_about_once_its_order_must_be_told(bench: Bench) -> None:
    assert await bench.read(etsy_ref(), 4, at=OLD / 2) == "missing"

    assert await bench.available(NECKLACE) == 4
    assert await asked(bench, at=OLD / 2) == []
    assert await asked(bench, at=OLD + 2 * LAG) == ["missed_but_counted"]
    assert await asked(bench, at=LONG_AFTER) == ["missed_but_counted"]
    assert (await bench.level(NECKLACE)).on_hand == 5


async def test_its_order_explains_it_and_nobody_is_asked_any_more(bench: Bench) -> None:
    await bench.read(etsy_ref(), 4, at=OLD / 2)
    await asked(bench, at=OLD + 2 * LAG)

    await bench.take_in(OrderTold().told(0, line(etsy_ref(), 1)))

    assert await asked(bench, at=LONG_AFTER) == []
    assert await bench.available(NECKLACE) == 4


async def test_shown_again_it_was_never_gone(bench: Bench) -> None:
    await bench.read(etsy_ref(), 4, at=OLD / 2)

    await bench.read(etsy_ref(), 5, at=2 * OLD)
    await bench.orders_read(ETSY, at=2 * OLD + LAG)
    assert await bench.read(etsy_ref(), 5, at=2 * OLD + LAG) == "came_back"

    assert await asked(bench, at=LONG_AFTER) == []
    assert await bench.available(NECKLACE) == 5


async def test_what_no_old_state_can_show_is_taken_for_a_persons_doing(bench: Bench) -> None:
    assert await bench.read(etsy_ref(), 4, at=2 * OLD) == "missing"

    assert await asked(bench, at=LONG_AFTER) == []
    assert (await bench.level(NECKLACE)).on_hand == 4
