"""Wake-ups inside the process: hints that something was committed. Losing one costs a sweep."""

import asyncio
from collections.abc import Sequence

from peg.db.engine import Database
from peg.domain.clock import Clock


class Signals:
    """Named events that tasks wait for between two sweeps."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._events: dict[str, asyncio.Event] = {}
        database.on_commit(self._raise_all)

    def raise_(self, name: str) -> None:
        """Wake whoever waits for `name` now, or next."""
        self._event(name).set()

    async def wait(self, name: str, *, timeout_s: float) -> bool:
        """Wait until `name` is raised; False when the time ran out first.

        One waiter per name: the raise is consumed.
        """
        event = self._event(name)
        waiter = asyncio.ensure_future(event.wait())
        timer = asyncio.ensure_future(self._clock.sleep(timeout_s))
        try:
            await asyncio.wait({waiter, timer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiter.cancel()
            timer.cancel()
            # Not one by one under suppress: that would swallow a cancellation of the caller, which
            # then goes on for ever.
            await asyncio.gather(waiter, timer, return_exceptions=True)
        raised = event.is_set()
        event.clear()
        return raised

    def _event(self, name: str) -> asyncio.Event:
        return self._events.setdefault(name, asyncio.Event())

    def _raise_all(self, names: Sequence[str]) -> None:
        for name in names:
            self.raise_(name)
