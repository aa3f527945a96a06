"""What can only be measured by looking: what waits, and for how long."""

from peg.bus import outbox
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.clock import Clock
from peg.intake import inbox
from peg.ledger import cases
from peg.monitoring.metrics import Metrics
from peg.reconciliation import report

EVERY_S = 5.0


class Gauges:
    """Looks every few seconds."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics

    async def run(self) -> None:
        """Look until cancelled."""
        self._metrics.up.set(1)
        while True:
            await self.look()
            await self._clock.sleep(EVERY_S)

    async def look(self) -> None:
        """Set every gauge from one moment of the database."""
        async with reading(self._database) as session:
            waiting = {
                "inbox": await inbox.oldest_waiting_at(session),
                "outbox": await outbox.oldest_waiting_at(session),
            }
            dead = len(await inbox.dead(session)) + await outbox.dead_count(session)
            open_cases = len(await cases.all_cases(session))
            drift = sum(len(run["differences"]) for run in await report.latest(session))
        now = self._clock.now()
        for queue, since in waiting.items():
            age_s = 0.0 if since is None else max(0.0, (now - since).total_seconds())
            self._metrics.oldest_waiting_s.labels(queue).set(age_s)
        self._metrics.dead_messages.set(dead)
        self._metrics.open_cases.set(open_cases)
        self._metrics.drift.set(drift)
