"""Which stretches of time nobody needs to live through: the market is quiet, PEG has no work."""

import sqlite3
from datetime import UTC, datetime

from tests.simulation.appointments import Appointments
from tests.simulation.stage import Stage
from tests.simulation.virtual_loop import Leap, VirtualLoop

from marketsim.market import Happening

WORK = """
SELECT min(due) FROM (
    SELECT min(next_at) AS due FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL
    UNION ALL SELECT min(next_at) FROM inbox WHERE handled_at IS NULL AND dead_at IS NULL
    UNION ALL SELECT min(due_at) FROM checks
    UNION ALL SELECT min(next_at) FROM targets WHERE shown_version < version
    UNION ALL SELECT min(until) FROM holds WHERE ended_at IS NULL
)
"""
"""When PEG's next piece of work is due, by its own clock; nothing where there is none."""

STIRRED_S = 600.0
"""So long after something happened all timers are kept: two glances, polls, the receipts' lag. A
sale on Etsy that is paid late shows only in a glance."""

STUCK_S = 60.0
"""Work that is not done within this is waited for at the timers only: something keeps it."""

PROMPT_S = 5.0
"""Work that is due later than this leaves time to leap."""

QUIET_S_MAX = 3600.0


class Doze:
    """Tells the loop how far it may leap."""

    def __init__(self, stage: Stage, loop: VirtualLoop) -> None:
        self.appointments = Appointments()
        self._stage = stage
        self._loop = loop
        self._book = sqlite3.connect(stage.home / "peg.db", isolation_level=None)
        self._seen_commits = -1
        self._due_s: float | None = None
        self._busy_since_s: float | None = None
        self._stirred_s = 0.0
        for practice in stage.world.practices.values():
            practice.market.listen(self._stir)

    def __call__(self, next_s: float) -> Leap | None:
        """How far to leap from now; None: live through it."""
        now_s = self._loop.time()
        if self._stage.line.under_way or not self._stage.life.process.alive:
            return None
        busy_s = self._busy_s(now_s)
        if busy_s is not None and busy_s < STUCK_S:
            return None
        stirred = now_s - self._stirred_s < STIRRED_S or busy_s is not None
        ends = [
            self._loop.next_alarm_s() if stirred else now_s + QUIET_S_MAX,
            self._market_s(now_s),
            self.appointments.next_s(),
            self._due_s if busy_s is None else None,
        ]
        until_s = min((end for end in ends if end is not None), default=next_s)
        return Leap(until_s=max(until_s, next_s), over_sweeps=busy_s is None)

    def close(self) -> None:
        """Look no more."""
        self._book.close()

    def stir(self) -> None:
        """Something happens that PEG may have to notice."""
        self._stirred_s = self._loop.time()

    def _stir(self, _: Happening) -> None:
        self.stir()

    def _busy_s(self, now_s: float) -> float | None:
        """For how long there has been work to do now; None where there is none."""
        if self._stage.disk.commits != self._seen_commits:
            self._seen_commits = self._stage.disk.commits
            self._due_s = self._next_due_s(now_s)
        if self._due_s is None or self._due_s > now_s + PROMPT_S:
            self._busy_since_s = None
            return None
        if self._busy_since_s is None:
            self._busy_since_s = now_s
        return now_s - self._busy_since_s

    def _next_due_s(self, now_s: float) -> float | None:
        told = self._book.execute(WORK).fetchone()[0]
        if told is None:
            return None
        due = datetime.fromisoformat(told).replace(tzinfo=UTC)
        return now_s + (due - self._stage.life.ground.clock.now()).total_seconds()

    def _market_s(self, now_s: float) -> float | None:
        wakes = self._stage.world.clock.next_wake()
        if wakes is None:
            return None
        return now_s + (wakes - self._stage.world.clock.now()).total_seconds()
