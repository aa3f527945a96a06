"""What is counted as it is told, and what can only be measured by looking: what waits."""

from peg.bus import outbox
from peg.bus.local import LocalBus
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.clock import Clock
from peg.domain.messages import Alert, OrderTakenIn
from peg.intake import aside, inbox
from peg.ledger import cases, questions
from peg.monitoring.metrics import Metrics
from peg.propagation import board
from peg.reconciliation import report
from peg.workers.followed import FollowedSales

EVERY_S = 5.0


class Gauges:
    """Looks every few seconds."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._sales = FollowedSales(database, clock, metrics)

    def listen(self, bus: LocalBus) -> None:
        """Count orders and alarms as they are told."""
        bus.subscribe(OrderTakenIn, self.on_order)
        bus.subscribe(Alert, self.on_alert)

    async def on_order(self, message: OrderTakenIn) -> None:
        """An order is in the book, or changed it."""
        self._metrics.orders.labels(message.shop.partition(":")[0]).inc()
        self._sales.tell((message.shop, message.order))

    async def on_alert(self, message: Alert) -> None:
        """Somebody should look."""
        self._metrics.alerts.labels(message.name).inc()

    async def run(self) -> None:
        """Look until cancelled."""
        self._metrics.up.set(1)
        while True:
            await self.look()
            await self._clock.sleep(EVERY_S)

    async def look(self) -> None:
        """Set every gauge, and measure the sales that were followed since the last look."""
        await self._sales.look()
        async with reading(self._database) as session:
            waiting = {
                "inbox": await inbox.oldest_waiting_at(session),
                "outbox": await outbox.oldest_waiting_at(session),
                "offers": await board.behind_since(session),
            }
            dead = await aside.dead_count(session) + await outbox.dead_count(session)
            open_cases = len(await cases.all_cases(session))
            behind = await board.dirty_count(session)
            asked = len(await questions.open_questions(session))
            drift = sum(len(run["differences"]) for run in await report.latest(session))
        now = self._clock.now()
        for queue, since in waiting.items():
            age_s = 0.0 if since is None else max(0.0, (now - since).total_seconds())
            self._metrics.oldest_waiting_s.labels(queue).set(age_s)
        self._metrics.dead_messages.set(dead)
        self._metrics.open_cases.set(open_cases)
        self._metrics.drift.set(drift)
        self._metrics.offers_behind.set(behind)
        self._metrics.open_questions.set(asked)
