"""What the shop remembers of `@idempotent` keys, for 24 hours."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from marketsim.clock import MarketClock

LIFE = timedelta(hours=24)
KEPT_KEYS = 20_000
"""From here on, outlived keys are dropped at each new one."""


class Seen(Enum):
    """How a key stands to what is remembered of it."""

    NEW = "new"
    RUNNING = "running"
    OTHER_PARAMETERS = "other parameters"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True)
class Remembered:
    """One key's first use."""

    fingerprint: str
    at: datetime
    state: Seen = Seen.RUNNING
    answer: Any = field(default=None)


class Keys:
    """The keys of one app on one shop."""

    def __init__(self, clock: MarketClock, strikes: Callable[[str], bool]) -> None:
        self._clock = clock
        self._strikes = strikes
        self._kept: dict[tuple[str, str], Remembered] = {}

    def look(self, mutation: str, key: str, parameters: Any) -> tuple[Seen, Any]:
        """Whether the key is new to this mutation; if not, its state and its answer."""
        kept = self._kept.get((mutation, key))
        if kept is None or self._is_outlived(kept):
            return Seen.NEW, None
        if kept.fingerprint != fingerprint(parameters):
            return Seen.OTHER_PARAMETERS, None
        return kept.state, kept.answer

    def begin(self, mutation: str, key: str, parameters: Any) -> None:
        """The key's request runs now."""
        if len(self._kept) >= KEPT_KEYS:
            self._drop_outlived()
        self._kept[mutation, key] = Remembered(
            fingerprint=fingerprint(parameters), at=self._clock.now()
        )

    def _drop_outlived(self) -> None:
        self._kept = {
            place: kept for place, kept in self._kept.items() if not self._is_outlived(kept)
        }

    def _is_outlived(self, kept: Remembered) -> bool:
        return kept.at + LIFE <= self._clock.now() and self._strikes("key_outlived")

    def answered(self, mutation: str, key: str, answer: Any) -> None:
        """What the key's request came to; it counts as running until the answer has left."""
        self._kept[mutation, key].answer = answer

    def settle(self, mutation: str, key: str, *, succeeded: bool) -> None:
        """The answer has left."""
        self._kept[mutation, key].state = Seen.SUCCEEDED if succeeded else Seen.FAILED


def fingerprint(parameters: Any) -> str:
    """One short text for a mutation's whole input."""
    text = json.dumps(parameters, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
