"""An event loop whose time is a number: waiting costs nothing, and every run can be replayed."""

import asyncio
import heapq
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from contextvars import Context
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

SWEEP_S_MAX = 5.0
"""Timers set for no longer than this are sweeps: they look again whether there is work."""


class Stuck(Exception):
    """Everybody waits for something that cannot happen any more."""


@dataclass(frozen=True, slots=True)
class Leap:
    """Time that nobody needs to live through.

    Attributes:
        over_sweeps: whoever looks for work again and again would find none on the way, and goes on
            after it as if no time had passed; otherwise they all look at once at its end.
    """

    until_s: float
    over_sweeps: bool


Doze = Callable[[float], Leap | None]
"""Asked whenever nobody is ready, with the time of the next timer: how far to leap, if at all."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what is ready; when nothing is, the time jumps to whoever wakes first.

    There are no threads and no sockets: whoever uses one would wait in real time, and is refused.
    """

    _scheduled: list[asyncio.TimerHandle]

    def __init__(self) -> None:
        self.now_s = 0.0
        self.doze: Doze = lambda _: None
        self.step: Callable[[], None] = lambda: None
        self._sweeps: dict[int, asyncio.TimerHandle] = {}
        super().__init__(_NoSockets(self))
        numbers = count()
        self.set_task_factory(
            lambda loop, work, **options: _Numbered(next(numbers), work, loop=loop, **options)
        )

    def time(self) -> float:
        """Seconds since the beginning."""
        return self.now_s

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As ever; remembers who only sweeps."""
        handle = super().call_at(when, callback, *args, context=context)
        if when - self.now_s <= SWEEP_S_MAX:
            self._sweeps[id(handle)] = handle
        return handle

    def next_alarm_s(self) -> float | None:
        """When the next timer is due that is no sweep."""
        self._forget_past_sweeps()
        return min(
            (h.when() for h in self._scheduled if id(h) not in self._sweeps and not h.cancelled()),
            default=None,
        )

    def rest(self, timeout: float) -> None:
        """Let the time pass in which nobody is ready."""
        self.step()
        leap = self.doze(self.now_s + timeout)
        if leap is None or leap.until_s <= self.now_s + timeout:
            self.now_s += timeout
            return
        if leap.over_sweeps:
            self._put_off_sweeps(leap.until_s - self.now_s)
        self.now_s = leap.until_s

    def _put_off_sweeps(self, seconds: float) -> None:
        self._forget_past_sweeps()
        for sweep in self._sweeps.values():
            sweep._when += seconds  # type: ignore[attr-defined]  # noqa: SLF001 - asyncio's own
        heapq.heapify(self._scheduled)

    def _forget_past_sweeps(self) -> None:
        waiting = {id(handle) for handle in self._scheduled}
        self._sweeps = {key: one for key, one in self._sweeps.items() if key in waiting}

    def stuck(self) -> None:
        """Nobody is ready, and nobody waits for a time: say who waits for what."""
        waiting = [str(task) for task in asyncio.all_tasks(self)]
        raise Stuck("\n".join(waiting))

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Refuse: a thread has its own time."""
        del executor, args
        raise Stuck(f"no threads in a simulation: the timing of {func} cannot be replayed")


class _Numbered(asyncio.Task[T]):
    """A task whose hash is its number, and not its place in memory.

    asyncio keeps tasks in sets, and stops a group's in their order: that would be chance which
    nobody can replay.
    """

    def __init__(self, number: int, work: Coroutine[Any, Any, T], **options: Any) -> None:
        self._number = number
        super().__init__(work, **options)

    def __hash__(self) -> int:
        return self._number


class _NoSockets(selectors.SelectSelector):
    """Waits for nothing but the time."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            self._loop.stuck()
        elif timeout > 0:
            self._loop.rest(timeout)
        return []
