"""Etsy's receipts name no listing that was deleted: what it sold stays what it was."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NECKLACE, RING, Bench, OrderTold, etsy_ref, line, open_bench

from peg.ledger import kept

SIX, SEVEN = "Ring size=6", "Ring size=7"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Two products of one listing; later the necklace's is typed with the ring's SKU."""
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 3)
        await bench.stock(NECKLACE, 3)
        await bench.offer(etsy_ref("22", SIX), RING)
        await bench.offer(etsy_ref("22", SEVEN), NECKLACE)
        yield bench


@pytest.mark.parametrize(("open_", "shipped"), [(1, 0), (0, 1)])
async def test_a_line_that_names_no_listing_any_more_takes_what_it_took(
    bench: Bench, open_: int, shipped: int
) -> None:
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref("22", SEVEN), 1, sku=NECKLACE)))

    await bench.take_in(order.told(2, line(None, open_, shipped=shipped, sku=RING)))

    assert await bench.available(NECKLACE) == 2
    assert await bench.available(RING) == 3
    (known,) = (await kept.kept_order(bench.session, ETSY, order.order)).lines
    assert known.ref == replace(etsy_ref("22", SEVEN), stock_unit="")


async def test_what_comes_back_of_it_comes_back_to_the_same_piece(bench: Bench) -> None:
    order = OrderTold()
    await bench.take_in(order.told(1, line(etsy_ref("22", SEVEN), 1, sku=NECKLACE)))

    await bench.take_in(order.told(2, line(None, restocked=1, sku=RING)))

    assert await bench.available(NECKLACE) == 3
    assert await bench.available(RING) == 3
