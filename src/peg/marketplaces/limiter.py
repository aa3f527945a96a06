"""Wait before sending, so that the marketplace never has to refuse: buckets with lanes."""

import asyncio
import heapq
import itertools
import math
from abc import ABC, abstractmethod
from collections import deque
from enum import IntEnum

from peg.domain.clock import Clock
from peg.marketplaces.port import BudgetSpent

SMALLEST_SHARE = 1e-6
"""Less than this of a token is rounding, not a reason to wait."""

SHORTEST_WAIT_S = 0.001
"""A shorter wait may be rounded to none by a clock, and would then be repeated for ever."""

LOOK_AGAIN_S = 0.25
"""An answer may tell meanwhile that there is more than was believed."""


class Lane(IntEnum):
    """Who goes first when there is not enough for all."""

    LOWER_STOCK = 0  # a sold piece comes off sale before anything else
    TOLD_ORDER = 1  # what it took comes off sale elsewhere as soon as it is read
    IN_TURN = 2  # what a listing is written upon, and checked by: sales of it wait for that
    ORDERS = 3  # what Shopify is asked: of its points there are plenty
    CHECKS = 4  # polls, and what is read again
    RAISE_STOCK = 5
    BULK = 6  # import and reconciliation
    FIRST_IMPORT = 7  # of a shop of which nothing is kept in step yet


REACH = {
    Lane.LOWER_STOCK: 1.0,
    Lane.TOLD_ORDER: 1.0,
    Lane.IN_TURN: 1.0,
    Lane.ORDERS: 0.8,
    Lane.CHECKS: 0.4,  # a sale of three listings has room beside it: six calls
    Lane.RAISE_STOCK: 0.3,
    Lane.BULK: 0.6,
    Lane.FIRST_IMPORT: 1.0,  # nothing that is sold there has to be followed before it ends
}
"""The share of a quota that a lane may use up: the rest is there when a piece is sold."""


def lane_of_listings(*, first: bool) -> Lane:
    """Where nothing of a shop is kept in step yet, its `first` reading leaves nothing free."""
    return Lane.FIRST_IMPORT if first else Lane.BULK


class _Queue(ABC):
    """Callers wait in the order of their lanes, fairly within each, until there is enough."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._waiting: list[tuple[Lane, int, asyncio.Event]] = []

    @abstractmethod
    def _short_s(self, cost: float, lane: Lane) -> float | None:
        """Seconds until it is worth asking again; 0: go. None: nobody knows, wait for news."""

    @abstractmethod
    def _spend(self, cost: float) -> None:
        """Take what `_short_s` found to be there."""

    async def take(self, cost: float, lane: Lane) -> None:
        """Wait for the turn, and for what it costs."""
        await self.room(cost, lane)
        self._spend(cost)

    async def room(self, cost: float, lane: Lane) -> None:
        """Wait like `take` and take nothing: who may still add to a call does so until it goes."""
        ticket = (lane, next(self._order), asyncio.Event())
        heapq.heappush(self._waiting, ticket)
        try:
            while True:
                short_s = self._short_s(cost, lane) if self._waiting[0] is ticket else None
                if short_s is None:
                    await ticket[2].wait()
                    ticket[2].clear()
                elif short_s > 0:
                    await self._clock.sleep(min(max(short_s, SHORTEST_WAIT_S), LOOK_AGAIN_S))
                else:
                    return
        finally:
            self._waiting.remove(ticket)
            heapq.heapify(self._waiting)
            self._look_again()

    def _look_again(self) -> None:
        if self._waiting:
            self._waiting[0][2].set()


class Bucket(_Queue):
    """A token bucket on the stopwatch, corrected by what answers say (Shopify's points).

    What a call has taken stays taken until an answer tells what is there: one that failed may have
    been charged or not, and others use the quota too.
    """

    def __init__(self, clock: Clock, *, capacity: float, per_s: float) -> None:
        if capacity <= 0 or per_s <= 0:
            raise ValueError(f"a bucket holds and gets something: {capacity}, {per_s}/s")
        super().__init__(clock)
        self._capacity = capacity
        self._per_s = per_s
        self._level = capacity
        self._under_way = 0.0
        self._level_at = clock.monotonic()

    def learn(
        self, available: float, *, capacity: float | None = None, per_s: float | None = None
    ) -> None:
        """Believe the marketplace's own figure, but for calls that it may not have counted yet."""
        if capacity:
            self._capacity = capacity
        if per_s:
            self._per_s = per_s
        self._level = min(available, self._capacity) - self._under_way
        self._level_at = self._clock.monotonic()

    def ended(self, cost: float) -> None:
        """A call that took `cost` has its answer, or will not get one any more."""
        self._under_way -= min(cost, self._capacity)

    def _short_s(self, cost: float, lane: Lane) -> float:
        """More than the bucket holds waits for a full one.

        A costly call leaves less to others than its lane should: a bucket from which they keep
        drinking is never full, and it would wait for ever.
        """
        cost = min(cost, self._capacity)
        left_for_others = min(self._capacity * (1 - REACH[lane]), (self._capacity - cost) / 2)
        short = cost + left_for_others - self._refilled()
        return short / self._per_s if short > SMALLEST_SHARE else 0.0

    def _spend(self, cost: float) -> None:
        self._level -= min(cost, self._capacity)
        self._under_way += min(cost, self._capacity)

    def _refilled(self) -> float:
        now = self._clock.monotonic()
        self._level = min(self._capacity, self._level + (now - self._level_at) * self._per_s)
        self._level_at = now
        return self._level


class Window(_Queue):
    """At most so many calls within any `span_s`, as the marketplace counts them (Etsy).

    A call is counted there at some moment between its sending and its answer. So it holds its
    place from the one until a span after the other: however long the way, no window sees more.
    """

    def __init__(self, clock: Clock, *, calls: int, span_s: float = 1.0) -> None:
        if calls < 1 or span_s <= 0:
            raise ValueError(f"a window lets something through: {calls} in {span_s} s")
        super().__init__(clock)
        self._calls = calls
        self._span_s = span_s
        self._under_way = 0
        self._ended_at: deque[float] = deque()
        self._closed_until = clock.monotonic()

    def ended(self) -> None:
        """A call that took its place has its answer, or will not get one any more."""
        self._under_way -= 1
        self._ended_at.append(self._clock.monotonic())
        self._look_again()

    def learn(self, remaining: int, *, calls: int) -> None:
        """Believe the marketplace's own count where it is higher: others use the quota too."""
        self._calls = max(1, calls)
        theirs = self._calls - remaining - self._used()
        self._ended_at.extend([self._clock.monotonic()] * max(0, theirs))

    def closed(self, *, for_s: float) -> None:
        """The marketplace refused: nothing goes out for so long."""
        self._closed_until = max(self._closed_until, self._clock.monotonic() + for_s)

    def _short_s(self, cost: float, lane: Lane) -> float | None:
        now = self._clock.monotonic()
        if now < self._closed_until:
            return self._closed_until - now
        room = max(1.0, self._calls * REACH[lane])
        too_many = math.ceil(self._used() + cost - room)
        if too_many <= 0:
            return 0.0
        if too_many > len(self._ended_at):
            return None  # only an answer makes room
        return self._ended_at[too_many - 1] + self._span_s - now

    def _spend(self, cost: float) -> None:
        self._under_way += int(cost)

    def _used(self) -> int:
        over = self._clock.monotonic() - self._span_s
        while self._ended_at and self._ended_at[0] <= over:
            self._ended_at.popleft()
        return self._under_way + len(self._ended_at)


KEPT = {
    Lane.LOWER_STOCK: 0.0,
    Lane.TOLD_ORDER: 0.02,
    Lane.IN_TURN: 0.0,
    Lane.ORDERS: 0.02,
    Lane.CHECKS: 0.02,
    Lane.RAISE_STOCK: 0.1,
    Lane.BULK: 0.1,
    Lane.FIRST_IMPORT: 0.1,
}
"""The share of the day's calls that a lane leaves to those before it."""

SLOWED = 4.0
"""So many times longer is routine reading put off once the day runs short."""


class DayBudget:
    """The day's calls, as the marketplace counts them; what is left last only lowers stock."""

    def __init__(self) -> None:
        self.limit: int | None = None
        self.remaining: int | None = None

    def learn(self, *, limit: int, remaining: int) -> None:
        """What an answer's headers say; quotas end early and are counted twice at times."""
        self.limit, self.remaining = limit, remaining

    def admit(self, lane: Lane) -> None:
        """Let a call of this lane through, or not.

        Raises:
            BudgetSpent: what is left today is kept for taking sold pieces off sale.
        """
        if self.limit is None or self.remaining is None:
            return
        if KEPT[lane] and self.remaining <= self.limit * KEPT[lane]:
            raise BudgetSpent(
                f"{self.remaining} of today's {self.limit} calls are left: they are kept for"
                " lowering stock; the rest goes on as the day's calls come back"
            )

    @property
    def slowed(self) -> float:
        """How many times longer routine reading should wait now, so that the day lasts."""
        if self.limit is None or self.remaining is None:
            return 1.0
        return SLOWED if self.remaining <= self.limit * KEPT[Lane.RAISE_STOCK] else 1.0
