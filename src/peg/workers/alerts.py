"""Alerts reach a person, by the log and `peg doctor`, until they are over; low stock is one."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import end, tell
from peg.bus.local import LocalBus
from peg.catalog import items
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import Sku
from peg.domain.messages import Alert, StockChanged
from peg.ledger import queries
from peg.reads.alerts import judged

log = structlog.get_logger()


class Announcer:
    """Says alerts aloud, and raises one when an item falls to its threshold."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._last: dict[Sku, int] = {}

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
            alert = await self._found_low(session, message.sku)
        if alert is not None:
            async with begin(self._database) as session:
                await tell(session, alert, now=self._clock.now())

    async def _found_low(self, session: AsyncSession, sku: Sku) -> Alert | None:
        item = await items.by_sku(session, sku)
        if item is None or item.low_stock_at is None:
            return None
        available = (await queries.position(session, sku)).level.available
        before = self._last.get(sku)
        self._last[sku] = available
        if before is None:
            before = await _before_the_last_entry(session, sku, available)
        if not available <= item.low_stock_at < before:
            return None
        sentence = f"{item.name} ({sku}): {available} left. Make or order more"
        return Alert(name="low_stock", subject=sku, sentence=sentence)


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


async def _before_the_last_entry(session: AsyncSession, sku: Sku, available: int) -> int:
    """What was available before, when this process has not seen the item yet."""
    rows = await queries.history(session, sku, limit=1)
    if not rows:
        return available
    held = sum(rows[0][part] for part in ("committed", "reserved", "safety_stock", "suspended"))
    change: int = rows[0]["on_hand"] - held
    return available - change
