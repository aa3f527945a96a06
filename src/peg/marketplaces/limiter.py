"""Wait before sending, so that the marketplace never has to refuse: buckets with lanes."""

import asyncio
import heapq
import itertools
from enum import IntEnum

from peg.domain.clock import Clock
from peg.marketplaces.port import BudgetSpent

SMALLEST_SHARE = 1e-6
"""Less than this of a token is rounding, not a reason to wait."""

SHORTEST_WAIT_S = 0.001
"""A shorter wait may be rounded to none by a clock, and would then be repeated for ever."""


class Lane(IntEnum):
    """Who goes first when there is not enough for all."""

    LOWER_STOCK = 0  # a sold piece comes off sale before anything else
    ORDERS = 1
    RAISE_STOCK = 2
    BULK = 3  # import and reconciliation


class Bucket:
    """A token bucket on the stopwatch, fair within each lane, corrected by what answers say."""

    def __init__(self, clock: Clock, *, capacity: float, per_s: float) -> None:
        if capacity <= 0 or per_s <= 0:
            raise ValueError(f"a bucket holds and gets something: {capacity}, {per_s}/s")
        self._clock = clock
        self._capacity = capacity
        self._per_s = per_s
        self._level = capacity
        self._level_at = clock.monotonic()
        self._order = itertools.count()
        self._queue: list[tuple[Lane, int, asyncio.Event]] = []

    async def take(self, cost: float, lane: Lane) -> None:
        """Wait for the turn and the tokens. More than the bucket holds costs a full bucket."""
        ticket = (lane, next(self._order), asyncio.Event())
        heapq.heappush(self._queue, ticket)
        cost = min(cost, self._capacity)
        try:
            while True:
                if self._queue[0] is not ticket:
                    await ticket[2].wait()
                    ticket[2].clear()
                elif (short := cost - self._refilled()) > SMALLEST_SHARE:
                    await self._clock.sleep(max(short / self._per_s, SHORTEST_WAIT_S))
                else:
                    self._level -= cost
                    return
        finally:
            self._queue.remove(ticket)
            heapq.heapify(self._queue)
            if self._queue:
                self._queue[0][2].set()

    def learn(
        self, available: float, *, capacity: float | None = None, per_s: float | None = None
    ) -> None:
        """Believe the marketplace's own figure where it is lower: others use the quota too."""
        if capacity:
            self._capacity = capacity
        if per_s:
            self._per_s = per_s
        self._level = min(self._refilled(), available, self._capacity)

    def give_back(self, unused: float) -> None:
        """The call cost less than was taken for it."""
        self._level = min(self._capacity, self._refilled() + unused)

    def drained(self, *, for_s: float) -> None:
        """The marketplace refused: nothing is there for so long."""
        self._refilled()
        self._level = min(self._level, -for_s * self._per_s)

    def _refilled(self) -> float:
        now = self._clock.monotonic()
        self._level = min(self._capacity, self._level + (now - self._level_at) * self._per_s)
        self._level_at = now
        return self._level


class DayBudget:
    """The day's calls, as the marketplace counts them; a share is kept for lowering stock."""

    def __init__(self, *, kept_share: float = 0.1) -> None:
        self._kept_share = kept_share
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
        if self.limit is None or self.remaining is None or lane is Lane.LOWER_STOCK:
            return
        if self.remaining <= self.limit * self._kept_share:
            raise BudgetSpent(
                f"{self.remaining} of today's {self.limit} calls are left: they are kept for"
                " lowering stock; the rest goes on as the day's calls come back"
            )
