import asyncio
from datetime import UTC, datetime, timedelta

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
