"""While the database takes nothing, all work waits for it together, and it is said once."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.support.bench import open_book
from tests.support.clocks import StandingClock

from peg.alerts.register import standing
from peg.bus.outbox import recent
from peg.db.errors import DatabaseLocked, DatabaseReadOnly, DatabaseUnavailable, DiskFull
from peg.db.transaction import reading
from peg.domain.messages import Alert
from peg.monitoring.metrics import make_metrics
from peg.wiring.standstill import SAID_ANEW_S, Standstill, keep_alert
from peg.wiring.tasks import Task, run_all

NOTHING_TAKEN = [DatabaseLocked("peg.db"), DiskFull("peg.db"), DatabaseReadOnly("peg.db")]


class Register:
    """Keeps an alert once it can be written, after so many seconds."""

    def __init__(self, clock: StandingClock, *, takes_after_s: float = 0) -> None:
        self._clock = clock
        self._takes_after_s = takes_after_s
        self.kept: list[DatabaseUnavailable] = []

    async def keep(self, error: DatabaseUnavailable) -> None:
        if self._clock.monotonic() < self._takes_after_s:
            raise error
        self.kept.append(error)


async def no_alarm(name: str, error: BaseException) -> None:
    raise AssertionError(f"{name} crashed") from error


async def run(clock: StandingClock, register: Register, *tasks: Task) -> bytes:
    """Run the tasks to their end, none of which may count as crashed; what was measured."""
    metrics = make_metrics()
    standstill = Standstill(clock, register.keep)
    await run_all(tasks, clock=clock, metrics=metrics, alarm=no_alarm, standstill=standstill)
    return metrics.exposition()


@pytest.mark.parametrize("met", NOTHING_TAKEN)
@pytest.mark.parametrize("together", [False, True])
async def test_a_task_whose_database_takes_nothing_waits_and_has_not_crashed(
    *, met: DatabaseUnavailable, together: bool
) -> None:
    clock, begun = StandingClock(), list[float]()

    async def work() -> None:
        begun.append(clock.monotonic())
        if len(begun) < 3:
            raise ExceptionGroup("side by side", [met, met]) if together else met

    measured = await run(clock, register := Register(clock), Task("poll", work))

    assert register.kept == [met, met]
    assert [after - before for before, after in pairwise(begun)] == [1, 1]
    assert b'peg_task_crashes_total{task="poll"}' not in measured


@pytest.mark.parametrize("met", NOTHING_TAKEN)
async def test_however_many_tasks_wait_and_however_long_it_is_said_once_with_what_to_do(
    met: DatabaseUnavailable,
) -> None:
    clock = StandingClock()
    register = Register(clock, takes_after_s=3600)

    async def work() -> None:
        if clock.monotonic() < 3600:
            await asyncio.sleep(0)
            raise met

    with capture_logs() as lines:
        await run(clock, register, *(Task(f"task {number}", work) for number in range(9)))

    said = [line for line in lines if line["log_level"] in {"warning", "error"}]
    assert [(line["event"], line["sentence"]) for line in said] == [
        ("database.waited_for", str(met))
    ]
    assert register.kept == [met]


async def test_who_told_for_all_may_be_stopped_and_another_goes_on_telling() -> None:
    clock = StandingClock()
    standstill = Standstill(clock, (register := Register(clock)).keep)
    first, second = (asyncio.create_task(standstill.over(NOTHING_TAKEN[1])) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    await second

    assert register.kept == [NOTHING_TAKEN[1]]


async def test_what_begins_again_long_after_it_was_over_is_said_anew() -> None:
    clock = StandingClock()
    standstill = Standstill(clock, Register(clock).keep)

    with capture_logs() as lines:
        for pause_s in (1, 1, SAID_ANEW_S + 1, 0):
            standstill.meet(DiskFull("peg.db"))
            await clock.sleep(pause_s)

    assert [line["event"] for line in lines] == ["database.waited_for"] * 2


async def test_its_alert_stands_once_and_is_told_once(tmp_path: Path) -> None:
    clock = StandingClock()
    async with open_book(tmp_path) as database:
        for _ in range(3):
            await keep_alert(database, clock, DiskFull("peg.db"))

        async with reading(database) as session:
            (alert,) = await standing(session)
            told = await recent(session, Alert)

    assert (alert.name, alert.subject) == ("database_unwritable", "database")
    assert "make room" in alert.sentence
    assert len(told) == 1
