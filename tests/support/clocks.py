"""Clocks for tests: time stands still until it is moved, or runs for real."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class StandingClock:
    """Stands still; `sleep` moves it and gives others their turn."""

    def __init__(self, start: datetime = MONDAY_NOON) -> None:
        self.moment = start
        self._start = start

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.pass_(seconds)
        await asyncio.sleep(0)

    def pass_(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class MondaysClock:
    """It was Monday noon when it was made, and time runs as it does."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return MONDAY_NOON + timedelta(seconds=time.monotonic() - self._began)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class RealClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
