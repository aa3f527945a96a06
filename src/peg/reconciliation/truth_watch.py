"""Looks through the database for what must never be, part by part, and tells a person.

Measured with 10,000 items on two shops, 60,000 entries, 50,000 order lines and 3,000 attempts: 470
parts, and 2.6 s of processor time.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId
from peg.domain.messages import Alert
from peg.ledger import truths
from peg.ledger.queries import EVERYTHING
from peg.monitoring.metrics import Metrics
from peg.reconciliation import breaches, invariants
from peg.reconciliation.invariants import Breach, Truth

log = structlog.get_logger()

ITEMS, ORDERS, OFFERS, ATTEMPTS = 100, 200, 200, 200
"""So much is asked about at a time: some milliseconds."""

PAUSE_S = 0.1
"""Between two parts, for whoever waits."""

LOOKED_BACK = timedelta(days=1)
"""Raises are judged for so long after they were sent."""

NAMED = 3


class TruthWatch:
    """One look through everything; `metrics` show what the last one found."""

    def __init__(self, database: Database, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics

    async def look(self) -> Sequence[Breach]:
        """Find what is untrue, and tell what is new of it; all that is untrue by now."""
        found = [one async for part in self._parts() for one in part]
        async with begin(self._database) as session:
            now = self._clock.now()
            for truth, new in (await breaches.keep(session, found, now=now)).items():
                await self._tell(session, truth, new, now=now)
            untrue = await breaches.told(session)
        for truth in Truth:
            count = sum(one.truth is truth for one in untrue)
            self._metrics.breaches.labels(truth.value).set(count)
        return untrue

    async def _tell(
        self, session: AsyncSession, truth: Truth, new: Sequence[Breach], *, now: datetime
    ) -> None:
        for one in new:
            log.error("invariant.broken", truth=truth.value, sentence=one.sentence)
        some = "; ".join(one.sentence for one in new[:NAMED])
        more = f"; and {len(new) - NAMED} more" if len(new) > NAMED else ""
        alert = Alert(name="invariant_broken", subject=truth.value, sentence=f"{some}{more}")
        await tell(session, alert, now=now)

    async def _parts(self) -> AsyncIterator[Sequence[Breach]]:
        """Each from one moment of the database."""
        for parts in (self._items(), self._orders(), self._offers(), self._attempts()):
            async for part in parts:
                yield part
                await self._clock.sleep(PAUSE_S)

    async def _items(self) -> AsyncIterator[Sequence[Breach]]:
        span = EVERYTHING
        while True:
            async with reading(self._database) as session:
                span = await truths.next_span(session, span.upto, items=ITEMS)
                found = await invariants.of_items(session, span)
            yield found
            if span.upto is None:
                return

    async def _orders(self) -> AsyncIterator[Sequence[Breach]]:
        after: tuple[str, str] | None = ("", "")
        while after is not None:
            async with reading(self._database) as session:
                found, after = await invariants.of_orders(session, after, orders=ORDERS)
            yield found

    async def _offers(self) -> AsyncIterator[Sequence[Breach]]:
        after: OfferId | None = OfferId(0)
        while after is not None:
            async with reading(self._database) as session:
                found, after = await invariants.of_offers(
                    session, after, limit=OFFERS, now=self._clock.now()
                )
            yield found

    async def _attempts(self) -> AsyncIterator[Sequence[Breach]]:
        after: tuple[datetime, str] | None = (self._clock.now() - LOOKED_BACK, "")
        while after is not None:
            async with reading(self._database) as session:
                found, after = await invariants.of_attempts(session, after, limit=ATTEMPTS)
            yield found
