"""Etsy's two limits: calls per second, and calls per rolling day, as its answers tell them."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2

from peg.domain.clock import Clock
from peg.marketplaces.http import Told
from peg.marketplaces.limiter import DayBudget, Lane, Window
from peg.marketplaces.port import BudgetSpent, Throttled

PER_SECOND = 10
"""Assumed until an answer tells; Etsy gives other apps other figures."""

ASK_AGAIN_S = 600.0
"""How often one call may go out though the day is spent: only an answer tells that it is not."""

SHORT_WAIT_S_MAX = 60.0
_NUMBER = re.compile(r"\d{1,12}\Z", re.ASCII)


def told_by(answer: httpx2.Response) -> Told:
    """How many calls Etsy says are left today."""
    return Told(quota_left=_number(answer.headers, "x-remaining-today"))


class Quota:
    """Lets calls through in the order of their lanes; shared by all calls of one app.

    Etsy counts by keystring, whatever shop is asked. Within a process `Quotas` sees to the sharing.
    Several processes (`peg run` and a command beside it) each count their own calls: what others
    took they learn from the next answer's headers, and until then they may meet a 429 and wait.
    An engine of several workers will share the count through Redis.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._second = Window(clock, calls=PER_SECOND)
        self._day = DayBudget()
        self._asked_at = clock.monotonic()

    @asynccontextmanager
    async def turn(self, lane: Lane) -> AsyncIterator[None]:
        """Wait for the turn of one call, and keep its place until it has its answer.

        Raises:
            BudgetSpent: what is left today is kept for taking sold pieces off sale.
        """
        self.admit(lane)
        await self._second.take(1, lane)
        try:
            yield
        except Throttled as error:
            self._refused(error.wait_s)
            raise
        finally:
            self._second.ended()

    async def room(self, lane: Lane) -> None:
        """Wait until one call of this lane could go, and leave its place free."""
        await self._second.room(1, lane)

    def learn(self, headers: Mapping[str, str]) -> None:
        """Believe what an answer says of both limits; other programs may use them too."""
        per_second, this_second = (
            _number(headers, "x-limit-per-second"),
            _number(headers, "x-remaining-this-second"),
        )
        if per_second and this_second is not None:
            self._second.learn(this_second, calls=per_second)
        per_day, today = _number(headers, "x-limit-per-day"), _number(headers, "x-remaining-today")
        if per_day and today is not None:
            self._day.learn(limit=per_day, remaining=today)

    @property
    def slowed(self) -> float:
        """How many times longer routine reading should wait now, so that the day lasts."""
        return self._day.slowed

    def admit(self, lane: Lane) -> None:
        """Let one call go today.

        Raises:
            BudgetSpent: what is left today is kept for taking sold pieces off sale.
        """
        try:
            self._day.admit(lane)
        except BudgetSpent:
            if self._clock.monotonic() - self._asked_at < ASK_AGAIN_S:
                raise
        self._asked_at = self._clock.monotonic()

    def _refused(self, wait_s: float) -> None:
        """Etsy answered 429: for a short wait the second is full, for a long one the day is."""
        if wait_s <= SHORT_WAIT_S_MAX:
            self._second.closed(for_s=max(wait_s, 1.0))
        elif self._day.limit is not None:
            self._day.learn(limit=self._day.limit, remaining=0)


class Quotas:
    """The quota of each app, for as long as the process lives: its shops share one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_app: dict[str, Quota] = {}

    def of(self, keystring: str) -> Quota:
        """The quota that all shops of this app share."""
        return self._by_app.setdefault(keystring, Quota(self._clock))


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    return int(text) if _NUMBER.match(text) else None
