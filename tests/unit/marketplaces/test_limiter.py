import asyncio

import pytest
from tests.support.clocks import RealClock, StandingClock

from peg.marketplaces.limiter import Bucket, DayBudget, Lane
from peg.marketplaces.port import BudgetSpent


async def test_calls_wait_before_they_are_sent_and_never_exceed_the_rate() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=10, per_s=10)
    begun = clock.monotonic()

    for _ in range(40):
        await bucket.take(1, Lane.ORDERS)

    assert clock.monotonic() - begun == pytest.approx(3.0)


async def test_a_sold_piece_comes_off_sale_before_an_import_goes_on() -> None:
    bucket = Bucket(RealClock(), capacity=1, per_s=20)
    await bucket.take(1, Lane.BULK)
    served: list[str] = []

    async def caller(name: str, lane: Lane) -> None:
        await bucket.take(1, lane)
        served.append(name)

    async with asyncio.TaskGroup() as tasks:
        for name, lane in (("import", Lane.BULK), ("raise", Lane.RAISE_STOCK)):
            tasks.create_task(caller(name, lane))
        tasks.create_task(caller("withdraw", Lane.LOWER_STOCK))

    assert served[0] == "withdraw"
    assert served[-1] == "import"


async def test_a_caller_that_gives_up_lets_the_next_one_through() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=1, per_s=1)
    await bucket.take(1, Lane.ORDERS)

    impatient = asyncio.create_task(bucket.take(1, Lane.LOWER_STOCK))
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    await asyncio.wait_for(bucket.take(1, Lane.BULK), timeout=1)


async def test_the_marketplaces_own_figure_counts_where_it_is_lower() -> None:
    clock = StandingClock()
    bucket = Bucket(clock, capacity=100, per_s=10)
    bucket.learn(0)
    begun = clock.monotonic()

    await bucket.take(20, Lane.ORDERS)

    assert clock.monotonic() - begun == pytest.approx(2.0)


def test_the_days_last_calls_are_kept_for_lowering_stock() -> None:
    budget = DayBudget(kept_share=0.1)
    budget.learn(limit=10_000, remaining=900)

    budget.admit(Lane.LOWER_STOCK)
    with pytest.raises(BudgetSpent, match="kept for lowering stock"):
        budget.admit(Lane.ORDERS)
