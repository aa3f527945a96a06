"""One life of PEG's process: what it holds open, and how it dies without a last word."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any


class Dead(sqlite3.OperationalError):
    """Something that a killed process tried: it has no effect."""


class Process:
    """Counts the steps at which a process can be killed, and kills it there.

    A step is a statement of the database, or a request on its way out or in. After the kill nothing
    that its tasks still try has any effect, whatever their `finally` blocks hold.

    Attributes:
        gave_up: why its work ended though nobody killed it; nothing while it goes on.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.steps = 0
        self.gave_up = ""
        self._kill_at: int | None = None
        self._on_kill: list[Callable[[], None]] = []
        self._files: set[sqlite3.Connection] = set()
        self._tasks: set[asyncio.Task[Any]] = set()

    def kill_after(self, steps: int) -> None:
        """Kill it so many steps from now, wherever it stands then."""
        self._kill_at = self.steps + steps

    def when_killed(self, tell: Callable[[], None]) -> None:
        """Call `tell` at the moment of the kill."""
        self._on_kill.append(tell)

    def step(self) -> None:
        """Come to a point at which the process may be killed.

        Raises:
            Dead: it was, here or before.
        """
        self.steps += 1
        if self._kill_at is not None and self.steps >= self._kill_at:
            self._kill_at = None
            self.kill()
        if not self.alive:
            raise Dead(f"{self.name} is dead")

    def holds(self, file: sqlite3.Connection) -> None:
        """The process has opened the database's file."""
        self._files.add(file)

    def lets_go(self, file: sqlite3.Connection) -> None:
        """The process has closed the database's file."""
        self._files.discard(file)

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> "asyncio.Task[Any]":
        """Run something that dies with the process."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def works(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what the process is there for: it ends only with it."""
        self.start(work, name="peg").add_done_callback(self._ended)

    def _ended(self, work: "asyncio.Task[None]") -> None:
        if self.alive:
            why = "cancelled" if work.cancelled() else repr(work.exception())
            self.gave_up = f"{self.name} has ended by itself: {why}"

    def kill(self) -> None:
        """SIGKILL: what was not committed is gone, and what is under way goes no further."""
        if not self.alive:
            return
        self.alive = False
        for file in self._files:
            file.rollback()
            file.close()
        self._files.clear()
        for task in list(self._tasks):
            task.cancel()
        for tell in self._on_kill:
            tell()

    async def buried(self) -> None:
        """Wait until none of its tasks is left."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(set(self._tasks), timeout=1.0)
