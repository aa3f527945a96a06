"""How fast a very large shop may grow: past 50,000 variants, by 1,000 a day."""

from collections import deque
from collections.abc import Sized
from datetime import datetime, timedelta

from marketsim.clock import MarketClock

UNHINDERED_MAX = 50_000
NEW_A_DAY_MAX = 1_000
DAY = timedelta(days=1)


class Growth:
    """Counts the variants that the app makes within a rolling day."""

    def __init__(self, clock: MarketClock, variants: Sized) -> None:
        """`variants` are all that the shop has now."""
        self._clock = clock
        self._variants = variants
        self._made: deque[tuple[datetime, int]] = deque()

    def allows(self, new: int) -> bool:
        """Whether so many more may be made now."""
        if len(self._variants) + new <= UNHINDERED_MAX or new == 0:
            return True
        yesterday = self._clock.now() - DAY
        while self._made and self._made[0][0] <= yesterday:
            self._made.popleft()
        return new + sum(count for _, count in self._made) <= NEW_A_DAY_MAX

    def note(self, new: int) -> None:
        """So many were made."""
        if new:
            self._made.append((self._clock.now(), new))
