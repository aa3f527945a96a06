"""The log says that an order was taken in once that is so, and never of one that was not."""

from contextlib import suppress
from pathlib import Path

from structlog.testing import capture_logs
from tests.support.bench import RING, Bench, OrderTold, etsy_ref, line, open_bench


class PowerLost(Exception):
    """What keeps a transaction from its commit."""


async def sell_one(bench: Bench) -> None:
    await bench.stock(RING, 3)
    await bench.offer(etsy_ref(), RING, shows=3)
    await bench.take_in(OrderTold().told(1, line(etsy_ref(), 1)))


async def test_an_order_is_said_to_be_taken_in_after_the_commit(tmp_path: Path) -> None:
    with capture_logs() as lines:
        async with open_bench(tmp_path) as bench:
            await sell_one(bench)
            before = [one["event"] for one in lines]
        after = [one["event"] for one in lines]

    assert "order.taken_in" not in before
    assert after.count("order.taken_in") == 1


async def test_an_order_whose_transaction_failed_is_not_said_to_be_taken_in(tmp_path: Path) -> None:
    with capture_logs() as lines, suppress(PowerLost):
        async with open_bench(tmp_path) as bench:
            await sell_one(bench)
            raise PowerLost

    assert "order.taken_in" not in [one["event"] for one in lines]
