"""A breaker per shop: when the marketplace fails again and again, stop asking for a while."""

from collections import deque
from dataclasses import dataclass

from peg.domain.clock import Clock
from peg.marketplaces.port import BreakerOpen

FAILURES_MAX = 5
WITHIN_S = 60.0
SHARE_MIN = 0.5
COOL_DOWN_S = 30.0


@dataclass(frozen=True, slots=True)
class _End:
    """How a call ended, and when."""

    at: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Admission:
    """Leave to make one call. `on_trial`: it alone decides whether the breaker closes again."""

    on_trial: bool


class Breaker:
    """Opens after five failures within a minute, for half a minute; then one trial decides.

    At least half of the calls since the first of those failures have failed too: of very many calls
    five fail soon, and a shop that answers nearly all is not to be left alone for it.

    A failure is a broken line, a time-out or a 5xx. A refusal of one listing (4xx) is none: it
    says nothing about the shop. Once it is open, calls that were admitted before tell nothing
    new: only the trial's end counts.
    """

    def __init__(self, clock: Clock, *, name: str) -> None:
        self._clock = clock
        self._name = name
        self._ends: deque[_End] = deque()  # of the last minute, from its first failure on
        self._opened_at: float | None = None
        self._trial_under_way = False

    @property
    def open(self) -> bool:
        """Whether calls are held back now."""
        return self._opened_at is not None

    def admit(self) -> Admission:
        """Let a call through, or not; its end must be told with what it was given here.

        Raises:
            BreakerOpen: it is open, or its one trial is under way.
        """
        if self._opened_at is None:
            return Admission(on_trial=False)
        left_s = self._opened_at + COOL_DOWN_S - self._clock.monotonic()
        if left_s > 0 or self._trial_under_way:
            raise BreakerOpen(
                f"{self._name} failed {FAILURES_MAX} times within a minute: the next try is in"
                f" {max(0.0, left_s):.0f} s"
            )
        self._trial_under_way = True
        return Admission(on_trial=True)

    def succeeded(self, admission: Admission) -> None:
        """The marketplace answered."""
        if self.open and not admission.on_trial:
            return
        if admission.on_trial:
            self._ends.clear()
            self._opened_at = None
            self._trial_under_way = False
        self._note(failed=False)

    def failed(self, admission: Admission) -> None:
        """The marketplace did not answer, or said that it cannot."""
        if self.open and not admission.on_trial:
            return
        self._note(failed=True)
        failures = sum(end.failed for end in self._ends)
        is_failing = failures >= FAILURES_MAX and failures >= SHARE_MIN * len(self._ends)
        if admission.on_trial or is_failing:
            self._opened_at = self._clock.monotonic()
            self._trial_under_way = False

    def abandoned(self, admission: Admission) -> None:
        """The call was given up before it ended: if it was the trial, another may be."""
        if admission.on_trial:
            self._trial_under_way = False

    def _note(self, *, failed: bool) -> None:
        """Keep how a call ended, and forget what says nothing any more."""
        now = self._clock.monotonic()
        self._ends.append(_End(now, failed))
        while self._ends and (not self._ends[0].failed or now - self._ends[0].at > WITHIN_S):
            self._ends.popleft()
