"""Times at which somebody outside PEG will act: no leap goes past them."""

import asyncio
from collections import Counter


class Appointments:
    """Whoever waits here is woken in time."""

    def __init__(self) -> None:
        self._times: Counter[float] = Counter()

    async def sleep(self, seconds: float) -> None:
        """Wait, as `asyncio.sleep` does."""
        at_s = asyncio.get_running_loop().time() + max(0.0, seconds)
        self._times[at_s] += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self._times -= Counter([at_s])

    def next_s(self) -> float | None:
        """When the next one is due."""
        return min(self._times, default=None)
