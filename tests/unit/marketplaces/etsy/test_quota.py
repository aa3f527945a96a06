"""Calls wait before they are sent, and the last of the day are kept for lowering stock."""

import asyncio

import pytest
from tests.support.clocks import StandingClock

from peg.marketplaces.etsy.quota import Quota
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import BudgetSpent, Throttled


def told(*, per_second: int = 10, this_second: int = 9, today: int = 9000) -> dict[str, str]:
    return {
        "x-limit-per-second": str(per_second),
        "x-remaining-this-second": str(this_second),
        "x-limit-per-day": "10000",
        "x-remaining-today": str(today),
    }


async def one_call(quota: Quota, lane: Lane, *, refused_for_s: float | None = None) -> None:
    async with quota.turn(lane):
        if refused_for_s is not None:
            raise Throttled("too many calls", wait_s=refused_for_s)


async def test_no_second_ever_sees_more_calls_than_etsy_allows() -> None:
    clock, at = StandingClock(), list[float]()
    quota = Quota(clock)

    for _ in range(60):
        await one_call(quota, Lane.ORDERS)
        at.append(clock.monotonic())

    busiest = max(sum(moment <= one < moment + 1 for one in at) for moment in at)
    assert busiest <= 10
    assert at[-1] - at[0] < 8  # and it is not much slower than Etsy allows


async def test_a_higher_limit_is_used_once_etsy_tells_of_it() -> None:
    clock = StandingClock()
    quota = Quota(clock)
    quota.learn(told(per_second=150, this_second=149))
    begun = clock.monotonic()

    for _ in range(240):
        await one_call(quota, Lane.BULK)

    assert clock.monotonic() - begun < 2.5


async def test_the_last_tenth_of_the_day_is_kept_for_lowering_stock() -> None:
    quota = Quota(StandingClock())
    await one_call(quota, Lane.ORDERS)
    quota.learn(told(today=1000))

    with pytest.raises(BudgetSpent):
        await one_call(quota, Lane.RAISE_STOCK)
    await asyncio.wait_for(one_call(quota, Lane.LOWER_STOCK), 1)


async def test_a_spent_day_is_asked_about_every_ten_minutes() -> None:
    clock = StandingClock()
    quota = Quota(clock)
    quota.learn(told(today=5000))
    with pytest.raises(Throttled):  # a day that ended early
        await one_call(quota, Lane.ORDERS, refused_for_s=86_400)
    await one_call(quota, Lane.LOWER_STOCK)
    with pytest.raises(BudgetSpent):
        await one_call(quota, Lane.ORDERS)

    clock.pass_(600)

    await one_call(quota, Lane.ORDERS)
    with pytest.raises(BudgetSpent):
        await one_call(quota, Lane.ORDERS)
    quota.learn(told(today=5000))
    await one_call(quota, Lane.ORDERS)


async def test_after_a_429_the_next_call_waits() -> None:
    clock = StandingClock()
    quota = Quota(clock)
    with pytest.raises(Throttled):
        await one_call(quota, Lane.ORDERS, refused_for_s=3)
    begun = clock.monotonic()

    await one_call(quota, Lane.LOWER_STOCK)

    assert clock.monotonic() - begun >= 3


async def test_odd_headers_are_not_believed() -> None:
    quota = Quota(StandingClock())

    quota.learn({"x-limit-per-day": "many", "x-remaining-today": "-1"})

    await one_call(quota, Lane.BULK)  # the day is not taken for spent
