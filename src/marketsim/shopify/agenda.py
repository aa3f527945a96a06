"""Work that ends later, in market time."""

import asyncio
from collections.abc import Callable

from marketsim.clock import MarketClock


class Agenda:
    """Things to be done once a time has come."""

    def __init__(self, clock: MarketClock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do it after so many market seconds; at once when that is none."""
        if seconds <= 0:
            action()
            return
        task = asyncio.get_running_loop().create_task(self._wait(seconds, action))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait(self, seconds: float, action: Callable[[], None]) -> None:
        await self._clock.sleep(seconds)
        action()

    async def close(self) -> None:
        """Drop what is still to be done."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
