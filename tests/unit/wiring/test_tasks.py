import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest
from tests.support.clocks import StandingClock

from peg.db.errors import DatabaseLocked
from peg.monitoring.metrics import make_metrics
from peg.wiring.tasks import Task, alert_of, keep_running, run_all


class Alarms:
    def __init__(self) -> None:
        self.raised: list[tuple[str, str]] = []

    async def __call__(self, name: str, error: BaseException) -> None:
        self.raised.append((name, str(error)))


async def test_a_crashed_task_is_alarmed_counted_and_begun_again() -> None:
    clock, metrics, alarms = StandingClock(), make_metrics(), Alarms()
    runs: list[float] = []

    async def stumble() -> None:
        runs.append(clock.monotonic())
        if len(runs) < 4:
            raise ConnectionError("the line broke")

    await keep_running(Task("poll", stumble), clock=clock, metrics=metrics, alarm=alarms)

    assert alarms.raised == [("poll", "the line broke")] * 3
    assert [after - before for before, after in pairwise(runs)] == [1, 2, 4]
    assert b'peg_task_crashes_total{task="poll"} 3.0' in metrics.exposition()


@pytest.mark.parametrize("together", [False, True])
async def test_a_task_that_finds_the_database_held_waits_and_has_not_crashed(
    *, together: bool
) -> None:
    clock, metrics, alarms = StandingClock(), make_metrics(), Alarms()
    held = DatabaseLocked("peg.db")
    begun: list[float] = []

    async def work() -> None:
        begun.append(clock.monotonic())
        if len(begun) < 3:
            raise ExceptionGroup("side by side", [held, held]) if together else held

    await keep_running(Task("poll", work), clock=clock, metrics=metrics, alarm=alarms)

    assert alarms.raised == [("poll", str(held))] * 2
    assert [after - before for before, after in pairwise(begun)] == [1, 1]
    assert b'peg_task_crashes_total{task="poll"}' not in metrics.exposition()


async def test_that_it_is_held_is_told_as_soon_as_that_can_be_kept() -> None:
    clock, tries = StandingClock(), 0
    held = DatabaseLocked("peg.db")

    async def work() -> None:
        if not tries:
            raise held

    async def alarm(_name: str, _error: BaseException) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise held

    await keep_running(Task("poll", work), clock=clock, metrics=make_metrics(), alarm=alarm)

    assert (tries, clock.monotonic()) == (3, 3)


def test_tasks_that_wait_for_one_database_tell_of_it_once() -> None:
    held = DatabaseLocked("peg.db")

    (told,) = {(alert.name, alert.subject) for alert in (alert_of("a", held), alert_of("b", held))}

    assert told == ("database_locked", "database")
    assert alert_of("a", OSError("odd")).name == "task_crashed"


async def test_something_else_beside_it_is_a_crash() -> None:
    alarms, runs = Alarms(), 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ExceptionGroup("side by side", [DatabaseLocked("peg.db"), OSError("odd")])

    task = Task("poll", work)
    await keep_running(task, clock=StandingClock(), metrics=make_metrics(), alarm=alarms)

    assert [name for name, _ in alarms.raised] == ["poll"]
    assert "side by side" in alarms.raised[0][1]


async def test_an_alarm_that_fails_does_not_keep_the_task_down() -> None:
    clock, runs = StandingClock(), 0

    async def stumble() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ConnectionError

    async def broken_alarm(_name: str, _error: BaseException) -> None:
        raise OSError

    task = Task("poll", stumble)
    await keep_running(task, clock=clock, metrics=make_metrics(), alarm=broken_alarm)

    assert runs == 2


async def test_one_tasks_crash_does_not_stop_the_others_and_all_end_together() -> None:
    clock, ended = StandingClock(), asyncio.Event()

    async def crash() -> None:
        raise ConnectionError

    async def steady() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tasks = (Task("crash", crash), Task("steady", steady))
    running = asyncio.ensure_future(
        run_all(tasks, clock=clock, metrics=make_metrics(), alarm=Alarms())
    )
    for _ in range(20):
        await asyncio.sleep(0)
    assert not ended.is_set()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert ended.is_set()


async def test_a_task_dies_of_no_cancellation_that_was_not_its_own() -> None:
    """What it waits for may be cancelled by somebody else: a group takes that for its own word."""
    alarms, runs = Alarms(), 0

    async def waits_for_what_is_cancelled() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            of_another = asyncio.get_running_loop().create_future()
            of_another.cancel()
            await of_another

    task = Task("poll", waits_for_what_is_cancelled)
    await run_all([task], clock=StandingClock(), metrics=make_metrics(), alarm=alarms)

    assert runs == 2
    assert alarms.raised == [("poll", "what it waited for was cancelled")]
