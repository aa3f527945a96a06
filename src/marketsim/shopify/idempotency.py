"""What the shop remembers of `@idempotent` keys, for 24 hours."""

import hashlib
import json
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

    def __init__(self, clock: MarketClock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], Remembered] = {}

    def look(self, mutation: str, key: str, parameters: Any) -> tuple[Seen, Any]:
        """Whether the key is new to this mutation; if not, its state and its answer."""
        kept = self._kept.get((mutation, key))
        if kept is None or kept.at + LIFE <= self._clock.now():
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
        oldest = self._clock.now() - LIFE
        self._kept = {place: kept for place, kept in self._kept.items() if kept.at > oldest}

    def settle(self, mutation: str, key: str, answer: Any, *, succeeded: bool) -> None:
        """The answer has left: keep it. Until now the key counted as running."""
        kept = self._kept[mutation, key]
        kept.answer = answer
        kept.state = Seen.SUCCEEDED if succeeded else Seen.FAILED


def fingerprint(parameters: Any) -> str:
    """One short text for a mutation's whole input."""
    text = json.dumps(parameters, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
