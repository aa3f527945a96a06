"""Which stretches of time nobody needs to live through: the market is quiet, PEG has no work."""

import sqlite3

from tests.simulation.stage import Stage
from tests.simulation.virtual_loop import Leap, VirtualLoop

from marketsim.market import Happening

WORK = """
SELECT min(due) FROM (
    SELECT min(next_at) AS due FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL
    UNION ALL SELECT min(next_at) FROM inbox WHERE handled_at IS NULL AND dead_at IS NULL
    UNION ALL SELECT min(due_at) FROM checks
    UNION ALL SELECT min(next_at) FROM targets WHERE shown_version < version
)
"""
"""When PEG's next piece of work is due, by its own clock; nothing where there is none."""

STIRRED_S = 300.0
"""So long after something happened all timers are kept: two polls, and the receipts' lag."""

STUCK_S = 60.0
"""Work that is not done within this is waited for at the timers only: something keeps it."""

QUIET_S_MAX = 3600.0


class Doze:
    """Tells the loop how far it may leap."""

    def __init__(self, stage: Stage, loop: VirtualLoop) -> None:
        self._stage = stage
        self._loop = loop
        self._book = sqlite3.connect(stage.home / "peg.db", isolation_level=None)
        self._seen_commits = -1
        self._has_work = False
        self._work_since_s = 0.0
        self._stirred_s = 0.0
        self.until_s = 0.0
        for practice in stage.world.practices.values():
            practice.market.listen(self._stir)

    def __call__(self, next_s: float) -> Leap | None:
        """How far to leap from now; None: live through it."""
        now_s = self._loop.time()
        if self._stage.line.under_way or not self._stage.life.process.alive:
            return None
        if self._looks_busy(now_s) and now_s - self._work_since_s < STUCK_S:
            return None
        stirred = now_s - self._stirred_s < STIRRED_S or self._has_work
        alarm_s = self._loop.next_alarm_s() if stirred else now_s + QUIET_S_MAX
        until_s = min(alarm_s or self.until_s, self._market_s(now_s), self.until_s)
        return Leap(until_s=max(until_s, next_s), over_sweeps=not self._has_work)

    def close(self) -> None:
        """Look no more."""
        self._book.close()

    def stir(self) -> None:
        """Something happens that PEG may have to notice."""
        self._stirred_s = self._loop.time()

    def _stir(self, _: Happening) -> None:
        self.stir()

    def _looks_busy(self, now_s: float) -> bool:
        if self._stage.disk.commits != self._seen_commits:
            self._seen_commits = self._stage.disk.commits
            due = self._book.execute(WORK).fetchone()[0]
            if due is None:
                self._has_work = False
            elif not self._has_work:
                self._has_work, self._work_since_s = True, now_s
        return self._has_work

    def _market_s(self, now_s: float) -> float:
        wakes = self._stage.world.clock.next_wake()
        if wakes is None:
            return self.until_s
        return now_s + (wakes - self._stage.world.clock.now()).total_seconds()
