"""A history can be played again, and what it shows can be believed."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.simulation.plan import Plan, draw
from tests.simulation.run import simulate
from tests.simulation.stage import OPENING, URLS, Stage
from tests.simulation.trace import Trace
from tests.simulation.troubles import Troubles
from tests.simulation.virtual_loop import Leap, Stuck, VirtualLoop

from peg.marketplaces.http import marketplace_time

MORNING = 0.125
"""Three hours of trade."""


def small(seed: int) -> Plan:
    return draw(seed, days=MORNING, pieces=20, orders_per_day=80, owner=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_goes_wrong_no_promise_is_broken(seed: int) -> None:
    outcome = simulate(small(seed))

    assert outcome.orders > 0
    assert not outcome.violations, "\n".join(map(str, outcome.violations))


def test_the_same_seed_plays_the_same_history() -> None:
    first, again = simulate(small(3)), simulate(small(3))

    assert first.trace == again.trace
    assert first.last_lines == again.last_lines


@pytest.mark.parametrize("url", URLS.values())
def test_an_answer_bears_the_time_of_the_shop_that_gave_it(url: str, tmp_path: Path) -> None:
    """PEG's clock may be wrong: of what changed there it asks by this one."""
    loop = VirtualLoop()

    async def ask_an_hour_later() -> timedelta | None:
        stage = Stage(small(1), tmp_path, Trace(loop.time, echo=None))
        await asyncio.sleep(3600)
        answer = await stage.life.peg.http.get(url)
        await stage.close()
        told = marketplace_time(answer.headers)
        return None if told is None else told - OPENING

    told = loop.run_until_complete(ask_an_hour_later())
    loop.close()

    assert told == timedelta(hours=1)


def test_waiting_costs_no_time() -> None:
    loop = VirtualLoop()

    loop.run_until_complete(asyncio.sleep(86_400))
    loop.close()

    assert loop.time() == pytest.approx(86_400)


def test_a_leap_over_sweeps_puts_them_off() -> None:
    loop, woken = VirtualLoop(), []

    async def sweep() -> None:
        await asyncio.sleep(1.0)
        woken.append(loop.time())

    async def both() -> None:
        await asyncio.gather(sweep(), asyncio.sleep(100))

    loop.doze = lambda _: Leap(until_s=50.0, over_sweeps=True) if loop.time() < 50 else None
    loop.run_until_complete(both())
    loop.close()

    assert woken == [pytest.approx(51.0)]


def test_who_waits_for_nothing_is_named() -> None:
    loop = VirtualLoop()

    async def waits() -> None:
        await loop.create_future()

    task = loop.create_task(waits(), name="the forgotten one")
    with pytest.raises(Stuck, match="the forgotten one"):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


def test_time_in_which_something_was_broken_does_not_count() -> None:
    now = [0.0]
    troubles = Troubles(lambda: now[0])
    now[0] = 100.0
    with troubles.lasting(aftermath_s=50.0):
        now[0] = 200.0

    assert troubles.calm_s(0.0, 300.0) == 150.0
    assert troubles.calm_s(120.0, 180.0) == 0.0


def test_a_pause_is_a_trouble_only_to_what_would_be_written() -> None:
    now = [0.0]
    troubles = Troubles(lambda: now[0])
    with troubles.lasting(aftermath_s=0.0, is_pause=True):
        now[0] = 100.0

        assert troubles.calm_s(0.0, 100.0) == 0.0
        assert troubles.calm_s(0.0, 100.0, in_pauses=True) == 100.0
