"""What is kept for a while only: what was sent and delivered, compared, and told.

The book is not among that: its entries, orders and cases stay for ever, and so does whatever still
waits for somebody: a delivery that is not done, an alert that stands.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts import register
from peg.bus import outbox
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.intake.forgetting import forget_handled
from peg.propagation import attempts
from peg.reconciliation import report

log = structlog.get_logger()

AT_ONCE = 500
"""Rows deleted in one transaction: some milliseconds, for which a sale may wait."""

PAUSE_S = 0.1
"""Between two of them, for whoever waits."""

_Forget = Callable[[AsyncSession, datetime, int], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long each is kept.

    Attributes:
        sent: how PEG wrote to the shops, its own messages, and its comparisons of whole shops.
        deliveries: that they came; much longer than a marketplace may send them again.
        alerts: those that have ended.
    """

    sent: timedelta
    deliveries: timedelta
    alerts: timedelta


class Retention:
    """Deletes what is older than it has to be, little by little."""

    def __init__(self, database: Database, clock: Clock, kept: Kept) -> None:
        self._database = database
        self._clock = clock
        self._old: tuple[tuple[str, timedelta, _Forget], ...] = (
            ("attempts", kept.sent, attempts.forget_ended),
            ("writes", kept.sent, attempts.forget_writes),
            ("messages", kept.sent, outbox.forget_delivered),
            ("comparisons", kept.sent, report.forget_runs),
            ("deliveries", kept.deliveries, forget_handled),
            ("alerts", kept.alerts, register.forget_ended),
        )

    async def prune(self) -> None:
        """Delete all that is too old by now."""
        now = self._clock.now()
        for what, kept, forget in self._old:
            await self._prune(what, now - kept, forget)

    async def _prune(self, what: str, until: datetime, forget: _Forget) -> None:
        count, last = 0, AT_ONCE
        while last == AT_ONCE:
            async with begin(self._database) as session:
                last = await forget(session, until, AT_ONCE)
            count += last
            await self._clock.sleep(PAUSE_S)
        if count:
            log.info("old.forgotten", what=what, count=count, until=until.isoformat())
