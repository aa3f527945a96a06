"""Background tasks that outlive their own crashes, and never die unnoticed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from peg.domain.clock import Clock
from peg.monitoring.metrics import Metrics

log = structlog.get_logger()

PAUSE_S_FIRST = 1.0
PAUSE_S_MAX = 60.0
QUIET_S = 300.0
"""A task that ran that long without a crash begins again with the shortest pause."""

Alarm = Callable[[str, BaseException], Awaitable[None]]
"""Tells somebody that the task of this name crashed."""


@dataclass(frozen=True, slots=True)
class Task:
    """One background loop. `run` returns only when it is cancelled, or when it has no more to do.

    `name` is closed: it labels metrics.
    """

    name: str
    run: Callable[[], Awaitable[None]]


async def run_all(tasks: Sequence[Task], *, clock: Clock, metrics: Metrics, alarm: Alarm) -> None:
    """Run until cancelled; a task that crashes is logged, alarmed and begun again."""
    async with asyncio.TaskGroup() as group:
        for task in tasks:
            group.create_task(
                keep_running(task, clock=clock, metrics=metrics, alarm=alarm), name=task.name
            )


async def keep_running(task: Task, *, clock: Clock, metrics: Metrics, alarm: Alarm) -> None:
    """Run one task, again after each crash, with growing pauses."""
    pause_s = PAUSE_S_FIRST
    while True:
        begun_s = clock.monotonic()
        with structlog.contextvars.bound_contextvars(task=task.name):
            try:
                await task.run()
            except Exception as error:  # a task's edge: logged, alarmed, begun again
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


async def _raise_alarm(alarm: Alarm, name: str, error: Exception) -> None:
    try:
        await alarm(name, error)
    except Exception:  # the alarm must not stop the restart
        log.exception("task.alarm_failed")
