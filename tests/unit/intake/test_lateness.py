"""A missing piece waits for its order as long as its shop was seen to be late, and not for ever."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.support.bench import (
    ETSY,
    PATIENCE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_bench,
)
from tests.support.two_shops import CHAIN, TwoShops, open_two_shops

from peg.db.transaction import reading
from peg.domain.identity import ShopId
from peg.intake.lateness import HALF_LIFE, faded, order_lag
from peg.ledger import overdue
from peg.ledger.tables import suspense as missed

AT_FIRST, AT_MOST = PATIENCE.order_lag_s / 60, PATIENCE.order_lag_s_most / 60
"""Minutes."""

DAY = 24 * 60


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with open_bench(tmp_path) as bench:
        await bench.stock(RING, 9)
        await bench.offer(etsy_ref(), RING, shows=9, read_minute=-3 * DAY)
        yield bench


async def hears(bench: Bench, created: float, *, at: float, read: float, order: str = "1") -> None:
    """An order is taken in at a minute; the last whole round of orders began at `read`."""
    await bench.orders_read(ETSY, at=read)
    told = OrderTold(order=order, created=created).told(at, line(etsy_ref(), 1))
    await bench.take_in(told, at=at)


async def waits(bench: Bench, *, at: float, shop: ShopId = ETSY) -> float:
    """For how many minutes a piece that is missed now waits for its order."""
    lag = await order_lag(bench.session, shop, PATIENCE, now=minute(at))
    return lag / timedelta(minutes=1)


async def test_at_first_it_is_half_an_hour(bench: Bench) -> None:
    assert await waits(bench, at=0) == AT_FIRST


async def test_an_order_that_a_round_did_not_have_yet_makes_its_shop_wait_longer(
    bench: Bench,
) -> None:
    await hears(bench, 0, at=50, read=48)

    assert await waits(bench, at=50) == 50
    assert await waits(bench, at=50, shop=SHOPIFY) == AT_FIRST


async def test_the_due_time_of_what_is_missed_then_follows_it(bench: Bench) -> None:
    await hears(bench, 0, at=50, read=48)
    await bench.read(etsy_ref(), 7, at=60)

    early = await overdue.close_due(bench.session, now=minute(60 + 49))
    in_time = await overdue.close_due(bench.session, now=minute(60 + 50))

    assert (early, in_time) == (0, 1)


async def test_what_nobody_could_have_heard_of_sooner_was_not_told_late(bench: Bench) -> None:
    """PEG was off for two hours: what was sold meanwhile comes with the next round."""
    await hears(bench, 30, at=150, read=20)

    assert await waits(bench, at=150) == AT_FIRST


async def test_of_what_was_late_before_nobody_looked_only_that_time_counts(bench: Bench) -> None:
    await hears(bench, 0, at=15 + 3 * DAY, read=40)

    assert await waits(bench, at=15 + 3 * DAY) == 40


async def test_orders_from_before_the_first_round_are_no_measure(bench: Bench) -> None:
    told = OrderTold(created=-40 * DAY).told(0, line(etsy_ref(), 1))

    await bench.take_in(told, at=0)

    assert await waits(bench, at=0) == AT_FIRST


async def test_the_longest_counts_until_it_has_faded(bench: Bench) -> None:
    await hears(bench, 0, at=120, read=118)
    await hears(bench, 130, at=200, read=198, order="2")

    assert await waits(bench, at=120) == 120
    assert await waits(bench, at=120 + 7 * DAY) == 60
    assert await waits(bench, at=120 + 21 * DAY) == AT_FIRST


async def test_an_order_a_day_late_holds_no_piece_for_a_day(bench: Bench) -> None:
    await hears(bench, 0, at=DAY, read=DAY - 2)

    assert await waits(bench, at=DAY) == AT_MOST


@given(
    lag=st.timedeltas(timedelta(0), timedelta(days=60)),
    first=st.timedeltas(timedelta(0), timedelta(days=90)),
    then=st.timedeltas(timedelta(0), timedelta(days=90)),
)
def test_a_lag_only_fades(lag: timedelta, first: timedelta, then: timedelta) -> None:
    assert timedelta(0) <= faded(lag, first + then) <= faded(lag, first) <= lag
    assert abs(faded(lag, HALF_LIFE) - lag / 2) <= timedelta(microseconds=1)


async def test_etsy_that_shows_receipts_late_is_waited_for(tmp_path: Path) -> None:
    """The second piece that is missed waits as long as the order of the first one took."""
    async with open_two_shops(tmp_path) as shops:
        settings = shops.etsy.practice.etsy.market.settings
        settings.receipt_lag_s_min = settings.receipt_lag_s_max = 45 * 60
        shops.etsy.practice.set_faults(receipt_lag=1)
        etsy = shops.etsy.market.shop
        shops.etsy.practice.etsy.market.buy(shops.etsy.practice.unit_of(CHAIN))
        for _ in range(24):
            shops.etsy.practice.clock.advance(120)
            await shops.polls.poll(etsy)
        assert (await shops.level(CHAIN)).committed == 1

        shops.etsy.practice.etsy.market.buy(shops.etsy.practice.unit_of(CHAIN))
        assert await due_in_minutes(shops) == pytest.approx(46, abs=2)


async def due_in_minutes(shops: TwoShops) -> float:
    """PEG looks at the chain on Etsy; so long what it misses there waits."""
    await shops.looks_at(CHAIN, shops.etsy.market.shop)
    async with reading(shops.database) as session:
        row = (await session.execute(select(missed))).one()
    waits: float = (row.due_at - row.opened_at) / timedelta(minutes=1)
    return waits
