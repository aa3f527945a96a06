"""What is kept for a while only: how PEG wrote to the shops, and messages that were delivered.

The book is not among that: its entries, orders and cases stay for ever, and so do alerts and the
numbers of deliveries, which tell a replay.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus import outbox
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.propagation import attempts

log = structlog.get_logger()

AT_ONCE = 500
"""Rows deleted in one transaction: some milliseconds, for which a sale may wait."""

PAUSE_S = 0.1
"""Between two of them, for whoever waits."""

_Forget = Callable[[AsyncSession, datetime, int], Awaitable[int]]
_OLD: dict[str, _Forget] = {
    "attempts": attempts.forget_ended,
    "writes": attempts.forget_writes,
    "messages": outbox.forget_delivered,
}


class Retention:
    """Deletes what is older than it has to be, little by little."""

    def __init__(self, database: Database, clock: Clock, *, kept: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._kept = kept

    async def prune(self) -> None:
        """Delete all that is too old by now."""
        until = self._clock.now() - self._kept
        for what, forget in _OLD.items():
            count, last = 0, AT_ONCE
            while last == AT_ONCE:
                async with begin(self._database) as session:
                    last = await forget(session, until, AT_ONCE)
                count += last
                await self._clock.sleep(PAUSE_S)
            if count:
                log.info("old.forgotten", what=what, count=count, until=until.isoformat())
