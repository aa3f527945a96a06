"""The marketplaces' clock: real time, faster, or standing still until it is advanced."""

import asyncio
import heapq
import itertools
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta


class MarketClock:
    """UTC time that runs at `speed` times real time; at speed 0 only `advance` moves it.

    Everything in marketsim that waits, waits here, so that a day can pass in seconds.
    """

    def __init__(
        self,
        start: datetime,
        *,
        speed: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin at `start` (timezone-aware).

        Raises:
            ValueError: `start` is naive, or `speed` negative or endless.
        """
        if start.tzinfo is None:
            raise ValueError("start the clock with a timezone-aware time")
        _refuse_odd(speed)
        self._monotonic = monotonic
        self._base = start
        self._base_monotonic_s = monotonic()
        self._speed = speed
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def speed(self) -> float:
        """How many market seconds pass in a real one."""
        return self._speed

    def now(self) -> datetime:
        """The market's time, UTC."""
        elapsed_s = (self._monotonic() - self._base_monotonic_s) * self._speed
        return self._base + timedelta(seconds=elapsed_s)

    def set_speed(self, speed: float) -> None:
        """Run at another speed from now on."""
        _refuse_odd(speed)
        self._rebase(self.now())
        self._speed = speed
        self._wake_due()

    def advance(self, seconds: float) -> None:
        """Jump forward; everybody whose time has come wakes, earliest first."""
        if seconds < 0:
            raise ValueError(f"time does not run backwards: {seconds} s")
        self._rebase(self.now() + timedelta(seconds=seconds))
        self._wake_due()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of market time."""
        await self.sleep_until(self.now() + timedelta(seconds=seconds))

    async def sleep_until(self, when: datetime) -> None:
        """Wait until the market's time is `when`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (when, next(self._order), future))
        self._wake_due()
        await future

    def next_wake(self) -> datetime | None:
        """When the next of those who wait is due; None when nobody waits."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _rebase(self, now: datetime) -> None:
        self._base = now
        self._base_monotonic_s = self._monotonic()

    def _wake_due(self) -> None:
        now = self.now()
        while self._sleepers and self._sleepers[0][0] <= now:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
        self._set_alarm(now)

    def _set_alarm(self, now: datetime) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._sleepers and self._speed > 0:
            wait_s = (self._sleepers[0][0] - now).total_seconds() / self._speed
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(max(wait_s, 0.0005), self._wake_due)


def _refuse_odd(speed: float) -> None:
    if not 0 <= speed < math.inf:
        raise ValueError(f"time runs neither backwards nor endlessly fast: speed {speed}")
