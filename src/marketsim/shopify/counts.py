"""How often the API was called, by what, and how it ended."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Counts:
    """Counters since the shop was built. Injected refusals are counted apart from earned ones."""

    operations: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    throttled: int = 0
    throttled_injected: int = 0
    http_429_injected: int = 0
    points_spent: int = 0
    oauth: Counter[str] = field(default_factory=Counter)

    def report(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "total": sum(self.operations.values()),
            "by_operation": dict(self.operations),
            "by_status": {str(status): count for status, count in self.statuses.items()},
            "throttled": self.throttled,
            "throttled_injected": self.throttled_injected,
            "http_429_injected": self.http_429_injected,
            "points_spent": self.points_spent,
            "oauth": dict(self.oauth),
        }
