"""Background tasks that outlive their own crashes, and never die unnoticed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from peg.domain.clock import Clock
from peg.domain.messages import Alert
from peg.monitoring.metrics import Metrics
from peg.wiring.standstill import Standstill, waited_out

log = structlog.get_logger()

PAUSE_S_FIRST = 1.0
PAUSE_S_MAX = 60.0
QUIET_S = 300.0
"""A task that ran that long without a crash begins again with the shortest pause."""

Alarm = Callable[[str, BaseException], Awaitable[None]]
"""Tells somebody that the task of this name crashed."""


class WaitedInVain(Exception):
    """Somebody else cancelled what a task waited for."""


@dataclass(frozen=True, slots=True)
class Task:
    """One background loop. `run` returns only when it is cancelled, or when it has no more to do.

    `name` is closed: it labels metrics.
    """

    name: str
    run: Callable[[], Awaitable[None]]


def alert_of(task: str, error: BaseException) -> Alert:
    """What a person is told of a task that crashed."""
    sentence = f"the background task {task} crashed ({error}) and was begun again"
    return Alert(name="task_crashed", subject=task, sentence=sentence)


async def run_all(
    tasks: Sequence[Task], *, clock: Clock, metrics: Metrics, alarm: Alarm, standstill: Standstill
) -> None:
    """Run until cancelled; a task that crashes is logged, alarmed and begun again."""
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            running = keep_running(
                task, clock=clock, metrics=metrics, alarm=alarm, standstill=standstill
            )
            group.create_task(running, name=task.name)


async def keep_running(
    task: Task, *, clock: Clock, metrics: Metrics, alarm: Alarm, standstill: Standstill
) -> None:
    """Run one task, again after each crash, with growing pauses."""
    pause_s = PAUSE_S_FIRST
    while True:
        begun_s = clock.monotonic()
        with structlog.contextvars.bound_contextvars(task=task.name):
            try:
                await _whole(task)
            except Exception as error:  # a task's edge: logged, alarmed, begun again
                if (nothing_taken := waited_out(error)) is not None:
                    log.debug("task.waits", why=type(nothing_taken).__name__)
                    await standstill.over(nothing_taken)
                    continue
                if clock.monotonic() - begun_s > QUIET_S:
                    pause_s = PAUSE_S_FIRST
                metrics.task_crashes.labels(task.name).inc()
                log.exception("task.crashed", pause_s=pause_s)
                await _raise_alarm(alarm, task.name, error)
            else:
                log.info("task.ended")
                return
        await clock.sleep(pause_s)
        pause_s = min(pause_s * 2, PAUSE_S_MAX)


async def _whole(task: Task) -> None:
    """Run it once; a cancellation that was not meant for it is a crash.

    A group takes a task that ends cancelled for one that was told to, and nobody hears of it.
    """
    try:
        await task.run()
    except asyncio.CancelledError as stray:
        me = asyncio.current_task()
        if me is None or me.cancelling():
            raise
        raise WaitedInVain("what it waited for was cancelled") from stray


async def _raise_alarm(alarm: Alarm, name: str, error: Exception) -> None:
    try:
        await alarm(name, error)
    except Exception:  # the alarm must not stop the restart
        log.exception("task.alarm_failed")
