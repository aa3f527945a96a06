"""How often each operation was called, and how each call ended."""

from collections import Counter
from typing import Any


class Tally:
    """Counts since the start. A call refused by a limit is counted there, not as answered."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._calls: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._throttled: Counter[str] = Counter()
        self._lost = 0

    def called(self, operation: str) -> None:
        """A request for this operation has arrived."""
        self._calls[operation] += 1

    def throttled(self, why: str) -> None:
        """It was answered 429: by the second, by the day, or injected."""
        self._throttled[why] += 1

    def answered(self, status: int) -> None:
        """It was answered with this status."""
        self._statuses[str(status)] += 1

    def lost(self) -> None:
        """The connection broke instead of an answer."""
        self._lost += 1

    def report(self) -> dict[str, Any]:
        """All counts as JSON."""
        return {
            "total": self._calls.total(),
            "by_operation": dict(self._calls),
            "by_status": dict(self._statuses),
            "connections_broken": self._lost,
            "throttled": {
                "per_second": self._throttled["per_second"],
                "per_day": self._throttled["per_day"],
                "injected": self._throttled["injected"],
            },
        }
