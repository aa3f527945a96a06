"""Time is passed in, so that any run can be replayed."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

AHEAD_MAX = timedelta(days=1)
"""No clock in use is so far ahead of ours, whatever timezone it takes for its own: what is said to
have happened later than that has not happened yet."""


class Clock(Protocol):
    """The time of day, a stopwatch, and waiting: the only ones in PEG."""

    def now(self) -> datetime:
        """The present moment, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment; never runs backwards. For measuring and deadlines."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


def utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: `moment` has no timezone, so nobody knows when it was.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time without a timezone: {moment.isoformat()}")
    return moment.astimezone(UTC)
