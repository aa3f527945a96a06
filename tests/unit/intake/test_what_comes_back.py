"""A marketplace puts pieces back by itself; whether they may still be sold is another matter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    NOON,
    PATIENCE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    open_bench,
    shopify_ref,
)

from peg.propagation.retarget import retarget

CANCELLED = OrderTold(order="1001", shop=SHOPIFY)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        atelier = await bench.place("71", "Atelier")
        await bench.stock(RING, 1, at=atelier)
        await bench.offer(shopify_ref(), RING, shows={"71": 1})
        await bench.offer(etsy_ref(), RING, shows=1)
        yield bench


async def test_a_cancelled_piece_that_was_sold_elsewhere_before_it_came_back_is_taken_off_again(
    bench: Bench,
) -> None:
    await bench.take_in(CANCELLED.told(1, line(shopify_ref(), 1, at="71")))
    await bench.take_in(CANCELLED.told(2, line(shopify_ref(), restocked=1, at="71")))
    await bench.take_in(OrderTold(created=2).told(2, line(etsy_ref(), 1)))
    await retarget(bench.session, [RING], now=NOON)

    seen = await bench.read(shopify_ref(), {"71": 1})

    assert seen == "came_back"
    assert await bench.available() == 0
    assert len(await bench.news("offer.drifted")) == 1


async def test_a_missing_piece_that_was_sold_elsewhere_before_it_came_back_is_taken_off_again(
    bench: Bench,
) -> None:
    await bench.read(shopify_ref(), {"71": 0})
    await bench.take_in(OrderTold(created=2).told(2, line(etsy_ref(), 1)))

    seen = await bench.read(shopify_ref(), {"71": 1})

    assert seen == "came_back"
    assert await bench.available() == 0
    assert len(await bench.news("offer.drifted")) == 1


async def test_a_missing_piece_that_etsy_shows_again_is_held_until_that_is_no_old_figure(
    bench: Bench,
) -> None:
    """One read tells of the sale, another is old: the piece must not go back on sale elsewhere."""
    lag = PATIENCE.receipt_lag_s / 60
    await bench.read(etsy_ref(), 0)
    for at in (0.1, 0.5, 0.9):
        await bench.read(etsy_ref(), 1, at=at * lag)
        await bench.orders_read(ETSY, at=at * lag)
        assert await bench.available() == 0

    await bench.orders_read(ETSY, at=1.2 * lag)
    seen = await bench.read(etsy_ref(), 1, at=1.3 * lag)

    assert seen == "came_back"
    assert await bench.available() == 1


@pytest.mark.parametrize(
    ("since_the_sale", "seen"), [(0.1, "extra"), (1.5, "came_back")], ids=["a moment", "long"]
)
async def test_what_a_cancellation_may_bring_back_on_etsy_may_be_an_old_figure_of_before_the_sale(
    bench: Bench, since_the_sale: float, seen: str
) -> None:
    """To believe it would miss the ring a moment later, and hold it back from the other shop."""
    lag = PATIENCE.receipt_lag_s / 60
    order, cancelled_at = OrderTold(created=0), since_the_sale * lag
    await bench.take_in(order.told(0, line(etsy_ref(), 1)), at=0)
    await bench.take_in(order.told(cancelled_at, line(etsy_ref(), restocked=1)), at=cancelled_at)

    assert await bench.read(etsy_ref(), 1, at=cancelled_at) == seen

    after = {"extra": ["echo", 0], "came_back": ["missing", 1]}[seen]
    missed = await bench.read(etsy_ref(), 0, at=cancelled_at + 0.01)
    assert [missed, (await bench.level()).suspended] == after
