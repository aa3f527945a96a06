"""When something was broken: time that nobody can be blamed for."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

AFTERMATH_S = 900.0
"""So long after something broke PEG may still be at it: its longest wait between two tries."""


@dataclass(slots=True, kw_only=True)
class _Span:
    begun_s: float
    is_pause: bool
    ended_s: float = math.inf


class Troubles:
    """Spans of time in which something was broken, in seconds since the beginning."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._spans: list[_Span] = []

    @contextmanager
    def lasting(
        self, aftermath_s: float = AFTERMATH_S, *, is_pause: bool = False
    ) -> Iterator[None]:
        """Something is broken until the block ends, and its traces for a while longer.

        Args:
            aftermath_s: how much longer.
            is_pause: nothing is, but the owner wants no writes.
        """
        span = _Span(begun_s=self._now(), is_pause=is_pause)
        self._spans.append(span)
        try:
            yield
        finally:
            span.ended_s = self._now() + aftermath_s

    def calm_s(self, since_s: float, until_s: float, *, in_pauses: bool = False) -> float:
        """Seconds between two moments in which nothing was broken; a pause counts where asked."""
        calm, at = 0.0, since_s
        spans = [one for one in self._spans if not (one.is_pause and in_pauses)]
        for span in sorted(spans, key=lambda one: one.begun_s):
            calm += max(0.0, min(span.begun_s, until_s) - at)
            at = max(at, min(span.ended_s, until_s))
        return calm + max(0.0, until_s - at)
