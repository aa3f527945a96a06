"""When PEG first heard of an order stays, however often it is read again."""

from pathlib import Path

from tests.support.bench import RING, OrderTold, etsy_ref, line, minute, open_bench

from peg.reads import orders


async def test_a_later_poll_moves_only_when_it_was_last_read(tmp_path: Path) -> None:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 2)
        await bench.offer(etsy_ref(), RING)
        sold = line(etsy_ref(), 1)
        await bench.take_in(OrderTold().told(0, sold), at=1)
        await bench.take_in(OrderTold().told(0, sold, fetched=30), at=30)

        (order,) = await orders.recent(bench.session)

    assert (order.heard_at, order.last_read_at) == (minute(1), minute(30))
