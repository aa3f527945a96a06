"""PEG's clock in the simulation: the loop's time, as a machine with a wrong clock tells it."""

import asyncio
from datetime import datetime, timedelta


class SimulatedClock:
    """Wrong by `skew_s` from the beginning, and by `drift` more seconds in each."""

    def __init__(self, start: datetime, *, skew_s: float, drift: float) -> None:
        self._start = start + timedelta(seconds=skew_s)
        self._drift = drift

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic() * (1 + self._drift))

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
