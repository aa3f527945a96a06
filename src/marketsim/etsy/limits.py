"""Etsy's two limits: so many calls within a second, so many within a day."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

from marketsim.clock import MarketClock
from marketsim.etsy.settings import Settings
from marketsim.faults import Faults

SECOND = timedelta(seconds=1)
BUCKET_S = 3_600
BUCKETS = 24
EXHAUSTED_EARLY = "etsy.quota_exhausted_early"
Why = Literal["per_second", "per_day", "injected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """Why a call is refused, in Etsy's words, and for how long."""

    why: Why
    sentence: str
    retry_after_s: int


class Limits:
    """Counts calls: the last second slides, the last day rolls in buckets of an hour."""

    def __init__(self, clock: MarketClock, settings: Settings, faults: Faults) -> None:
        """Count by the market's time; the limits are read from `settings` at each call."""
        self._clock = clock
        self._settings = settings
        self._faults = faults
        self._recent: deque[datetime] = deque()
        self._hours: dict[int, int] = {}
        self._exhausted_until: datetime | None = None

    def admit(self) -> Throttled | None:
        """Count a call, or say why it is refused; a refused call is not counted."""
        now = self._clock.now()
        self._forget(now)
        refusal = self._injected(now) or self._full(now)
        if refusal is None:
            self._recent.append(now)
            cost = 2 if self._faults.strikes("etsy.quota_counts_twice") else 1
            hour = _hour(now)
            self._hours[hour] = self._hours.get(hour, 0) + cost
        return refusal

    def headers(self) -> dict[str, str]:
        """What every answer says of the limits."""
        self._forget(self._clock.now())
        settings = self._settings
        return {
            "x-limit-per-second": str(settings.per_second),
            "x-remaining-this-second": str(max(0, settings.per_second - len(self._recent))),
            "x-limit-per-day": str(settings.per_day),
            "x-remaining-today": str(max(0, settings.per_day - self.used_today)),
        }

    @property
    def used_today(self) -> int:
        """Calls counted within the rolling day."""
        return sum(self._hours.values())

    def _injected(self, now: datetime) -> Throttled | None:
        if self._faults.strikes("etsy.throttled"):
            return Throttled(why="injected", sentence=PER_SECOND, retry_after_s=1)
        left_s = self._exhausted_s(now)
        if left_s > 0:
            return Throttled(why="injected", sentence=PER_DAY, retry_after_s=ceil(left_s))
        return None

    def _exhausted_s(self, now: datetime) -> float:
        """For how long the day's calls are still used up; switched off, they are not."""
        if self._faults.rate(EXHAUSTED_EARLY) == 0:
            self._exhausted_until = None
        elif self._exhausted_until is None or self._exhausted_until <= now:
            lasts = timedelta(seconds=self._settings.exhausted_s)
            self._exhausted_until = now + lasts if self._faults.strikes(EXHAUSTED_EARLY) else None
        until = self._exhausted_until
        return 0.0 if until is None else (until - now).total_seconds()

    def _full(self, now: datetime) -> Throttled | None:
        if len(self._recent) >= self._settings.per_second:
            return Throttled(why="per_second", sentence=PER_SECOND, retry_after_s=1)
        if self.used_today >= self._settings.per_day:
            oldest_ends_s = (min(self._hours, default=_hour(now)) + BUCKETS) * BUCKET_S
            wait_s = max(1, oldest_ends_s - int(now.timestamp()))
            return Throttled(why="per_day", sentence=PER_DAY, retry_after_s=wait_s)
        return None

    def _forget(self, now: datetime) -> None:
        while self._recent and now - self._recent[0] >= SECOND:
            self._recent.popleft()
        for hour in [hour for hour in self._hours if hour <= _hour(now) - BUCKETS]:
            del self._hours[hour]


PER_SECOND = "Exceeded per second rate limit"
PER_DAY = "Exceeded daily rate limit"


def _hour(moment: datetime) -> int:
    return int(moment.timestamp()) // BUCKET_S
