"""Alerts reach a person, by the log and `peg doctor`, until they are over; low stock is one."""

import structlog

from peg.alerts.register import end, tell
from peg.bus.local import LocalBus
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.messages import Alert, StockChanged
from peg.reads import low_stock
from peg.reads.alerts import judged

log = structlog.get_logger()


class Announcer:
    """Says alerts aloud, and raises one when an item falls to its threshold."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listen(self, bus: LocalBus) -> None:
        """Hear of alerts and of changed stock."""
        bus.subscribe(Alert, self.on_alert)
        bus.subscribe(StockChanged, self.on_stock_changed)

    async def on_alert(self, message: Alert) -> None:
        """Somebody should look."""
        log.warning(
            "alert.raised", alert=message.name, subject=message.subject, sentence=message.sentence
        )

    async def on_stock_changed(self, message: StockChanged) -> None:
        """Raise an alert when the item has just come down to its threshold."""
        async with reading(self._database) as session:
            row = await low_stock.of(session, message.sku)
        if row is not None and message.available <= row.low_stock_at < message.was:
            async with begin(self._database) as session:
                await tell(session, low_stock.alert_of(row), now=self._clock.now())


class Ender:
    """Ends alerts whose cause is over, and says so."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def look(self) -> None:
        """End what is over by now."""
        async with reading(self._database) as session:
            over = (await judged(session, now=self._clock.now())).over
        if not over:
            return
        async with begin(self._database) as session:
            await end(session, [one.id for one in over], now=self._clock.now())
        for one in over:
            log.info("alert.ended", alert=one.name, subject=one.subject)
