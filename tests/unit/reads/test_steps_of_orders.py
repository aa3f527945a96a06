"""The book's entries in a jeweller's words: what came of an order by each of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import RING, Bench, OrderTold, etsy_ref, line, minute, open_bench
from tests.support.jeweller import open_jeweller

from peg.db.transaction import reading
from peg.domain.stock import Cause
from peg.ledger.first_figures import SOLD_AFTER
from peg.reads import stock

LATER = 10


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 1)
        await bench.offer(etsy_ref(), RING)
        yield bench


async def steps(bench: Bench) -> list[str]:
    found = await stock.history(bench.session, RING, at=minute(60))
    return [entry.step for entry in reversed(found.entries)]


async def test_a_ring_that_is_sold_and_sent_and_comes_back(bench: Bench) -> None:
    order = OrderTold()
    await bench.take_in(order.told(0, line(etsy_ref(), 1)))
    await bench.take_in(order.told(1, line(etsy_ref(), shipped=1)), at=1)
    await bench.take_in(order.told(2, line(etsy_ref(), restocked=1)), at=2)

    assert await steps(bench) == ["received", "sold", "left the shelf", "came back"]


async def test_a_ring_whose_order_is_cancelled_was_not_sold_after_all(bench: Bench) -> None:
    order = OrderTold()
    await bench.take_in(order.told(0, line(etsy_ref(), 1)))
    await bench.take_in(order.told(1, line(etsy_ref(), restocked=1)), at=1)

    assert await steps(bench) == ["received", "sold", "not sold after all"]


async def test_the_order_of_a_ring_that_was_missed_explains_it(bench: Bench) -> None:
    await bench.read(etsy_ref(), 0)
    await bench.take_in(OrderTold().told(0, line(etsy_ref(), 1)))

    assert await steps(bench) == ["received", "suspended", "explained what was missed", "sold"]


async def test_a_ring_that_was_sold_before_it_was_counted_has_not_come_back(
    tmp_path: Path,
) -> None:
    async with open_jeweller(tmp_path) as jeweller:
        ring = jeweller.etsy.show("RING-1", 2)
        jeweller.etsy.sell(ring)
        for later in (jeweller.etsy.later, jeweller.clock.pass_):
            later(3600)

        await jeweller.imports()

        async with reading(jeweller.database) as session:
            found = await stock.history(session, RING, at=jeweller.clock.now())
    assert [entry.step for entry in reversed(found.entries)] == [
        "baseline",
        "sold before it was counted",
    ]


def test_a_ring_that_was_sold_after_it_was_counted_has_not_left_the_shelf() -> None:
    entry = {"cause": Cause.ORDER, "reference": "900", "on_hand": -1, "committed": 0}

    assert stock.step_of({**entry, "note": f"#900, {SOLD_AFTER}"}) == "sold after it was counted"
    assert stock.step_of({**entry, "note": "#900"}) == "left the shelf"
