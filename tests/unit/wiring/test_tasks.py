import asyncio
from contextlib import suppress
from itertools import pairwise

from tests.support.clocks import StandingClock

from peg.db.errors import DatabaseLocked, DatabaseUnavailable
from peg.monitoring.metrics import make_metrics
from peg.wiring.standstill import Standstill
from peg.wiring.tasks import Task, keep_running, run_all


class Alarms:
    def __init__(self) -> None:
        self.raised: list[tuple[str, str]] = []

    async def __call__(self, name: str, error: BaseException) -> None:
        self.raised.append((name, str(error)))


def never_still(clock: StandingClock) -> Standstill:
    """What these tasks share, and what none of them meets."""

    async def keep(error: DatabaseUnavailable) -> None:
        raise AssertionError(error)

    return Standstill(clock, keep)


async def test_a_crashed_task_is_alarmed_counted_and_begun_again() -> None:
    clock, metrics, alarms = StandingClock(), make_metrics(), Alarms()
    runs: list[float] = []

    async def stumble() -> None:
        runs.append(clock.monotonic())
        if len(runs) < 4:
            raise ConnectionError("the line broke")

    await keep_running(
        Task("poll", stumble),
        clock=clock,
        metrics=metrics,
        alarm=alarms,
        standstill=never_still(clock),
    )

    assert alarms.raised == [("poll", "the line broke")] * 3
    assert [after - before for before, after in pairwise(runs)] == [1, 2, 4]
    assert b'peg_task_crashes_total{task="poll"} 3.0' in metrics.exposition()


async def test_something_else_beside_it_is_a_crash() -> None:
    alarms, runs = Alarms(), 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ExceptionGroup("side by side", [DatabaseLocked("peg.db"), OSError("odd")])

    await run_all(
        [Task("poll", work)],
        clock=(clock := StandingClock()),
        metrics=make_metrics(),
        alarm=alarms,
        standstill=never_still(clock),
    )

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

    await run_all(
        [Task("poll", stumble)],
        clock=clock,
        metrics=make_metrics(),
        alarm=broken_alarm,
        standstill=never_still(clock),
    )

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
        run_all(
            tasks,
            clock=clock,
            metrics=make_metrics(),
            alarm=Alarms(),
            standstill=never_still(clock),
        )
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

    await run_all(
        [Task("poll", waits_for_what_is_cancelled)],
        clock=(clock := StandingClock()),
        metrics=make_metrics(),
        alarm=alarms,
        standstill=never_still(clock),
    )

    assert runs == 2
    assert alarms.raised == [("poll", "what it waited for was cancelled")]
