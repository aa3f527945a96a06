"""Work done side by side: what fails is raised once all the rest has ended, and abandons nobody.

`asyncio.gather` raises the first failure while the others go on unwatched, and a `TaskGroup` breaks
them off: in the middle of a write, whose answer then nobody hears.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self

import structlog

log = structlog.get_logger()

Work = Coroutine[Any, Any, object]


class Crew:
    """Tasks begun one by one. Whoever stops the crew stops them; one that fails stops no other."""

    def __init__(self) -> None:
        self._working: set[asyncio.Task[object]] = set()
        self._failures: list[Exception] = []

    def begin(self, work: Work) -> None:
        """Do it beside the others."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._ended)

    def heed(self) -> None:
        """Ask between two pieces of work: raises what has failed."""
        if len(self._failures) == 1:
            raise self._failures[0]
        if self._failures:
            raise ExceptionGroup("several of those who worked side by side failed", self._failures)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and not issubclass(kind, Exception):
            for task in self._working:
                task.cancel()
        told = list(self._failures)
        await asyncio.gather(*self._working, return_exceptions=True)
        if kind is None:
            self.heed()
        for failure in self._failures:
            if kind is not None and failure not in told:
                log.error("work.failed_too", exc_info=failure)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._working.discard(task)
        if not task.cancelled() and isinstance(failure := task.exception(), Exception):
            self._failures.append(failure)


async def all_to_their_end(*works: Work) -> None:
    """Do all side by side, each to its end; then raise what failed, several as a group."""
    async with Crew() as crew:
        for work in works:
            crew.begin(work)
