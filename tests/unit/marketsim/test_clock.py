import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from marketsim.clock import MarketClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_a_standing_clock_wakes_sleepers_in_order_when_it_is_advanced() -> None:
    clock = MarketClock(NOON, speed=0)
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleeper("late", 60))
        tasks.create_task(sleeper("early", 10))
        await asyncio.sleep(0)
        clock.advance(60)

    assert woken == ["early", "late"]
    assert clock.now() == NOON + timedelta(seconds=60)


async def test_a_fast_clock_lets_an_hour_pass_in_a_moment() -> None:
    clock = MarketClock(NOON, speed=360_000)

    await clock.sleep(3600)

    assert clock.now() >= NOON + timedelta(hours=1)


async def test_the_next_to_wake_is_known_and_whoever_gave_up_is_not_waited_for() -> None:
    clock = MarketClock(NOON, speed=0)
    impatient = asyncio.ensure_future(clock.sleep(5))
    patient = asyncio.ensure_future(clock.sleep(60))
    await asyncio.sleep(0)
    assert clock.next_wake() == NOON + timedelta(seconds=5)

    impatient.cancel()
    await asyncio.sleep(0)

    assert clock.next_wake() == NOON + timedelta(seconds=60)
    clock.advance(60)
    await patient
    assert clock.next_wake() is None


def test_it_runs_like_the_machines_clock_or_so_many_times_as_fast() -> None:
    machine_s = 100.0
    clock = MarketClock(NOON, monotonic=lambda: machine_s)

    machine_s += 2
    at_1x = clock.now()
    clock.set_speed(60)
    at_once = clock.now()
    machine_s += 1

    assert (at_1x, at_once) == (NOON + timedelta(seconds=2),) * 2
    assert clock.now() == NOON + timedelta(seconds=62)


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda clock: clock.advance(-1),
        lambda clock: clock.set_speed(-1),
        lambda clock: clock.set_speed(math.inf),
        lambda clock: clock.set_speed(math.nan),
        lambda _: MarketClock(NOON, speed=-1),
        lambda _: MarketClock(NOON.replace(tzinfo=None)),
    ],
)
def test_time_runs_forwards_and_knows_its_zone(
    nonsense: Callable[[MarketClock], object],
) -> None:
    with pytest.raises(ValueError, match="time"):
        nonsense(MarketClock(NOON, speed=0))
