"""When something was broken: time that nobody can be blamed for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

AFTERMATH_S = 900.0
"""So long after something broke PEG may still be at it: its longest wait between two tries."""


class Troubles:
    """Spans of time in which something was broken, in seconds since the beginning."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._spans: list[tuple[float, float]] = []
        self._open: dict[int, float] = {}

    @contextmanager
    def lasting(self, aftermath_s: float = AFTERMATH_S) -> Iterator[None]:
        """Something is broken until the block ends, and its traces for a while longer."""
        key = len(self._spans) + len(self._open)
        while key in self._open:
            key += 1
        self._open[key] = self._now()
        try:
            yield
        finally:
            self._spans.append((self._open.pop(key), self._now() + aftermath_s))

    def calm_s(self, since_s: float, until_s: float) -> float:
        """Seconds between two moments in which nothing was broken."""
        calm, at = 0.0, since_s
        still = [(begun, float("inf")) for begun in self._open.values()]
        for begun, ended in sorted([*self._spans, *still]):
            calm += max(0.0, min(begun, until_s) - at)
            at = max(at, min(ended, until_s))
        return calm + max(0.0, until_s - at)
