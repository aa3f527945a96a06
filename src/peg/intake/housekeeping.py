"""What falls due by the clock alone: holds, suspense, and returns that did not come."""

from datetime import timedelta

from peg.catalog import returns
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.intake import aside, checks
from peg.intake.forgetting import BODIES_KEPT, forget_bodies
from peg.ledger import overdue, reservations
from peg.shops import directory

NOW_AND_THEN_S = 3600.0
ORDERS_AGAIN_AFTER = timedelta(days=1)
"""An order that could not be read a day ago may be read by now: the shop, or PEG, has changed."""


class Housekeeping:
    """Ends what has a deadline. Safe to run by several processes: each ending happens once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._looks_at = clock.monotonic()

    async def tidy(self) -> int:
        """End what is due; how many things ended."""
        await self._now_and_then()
        async with begin(self._database) as session:
            now = self._clock.now()
            ended = len(await reservations.expire_due(session, now=now))
            ended += await overdue.close_due(session, now=now)
            for offer in await returns.overdue_rises(session, now=now):
                if await checks.check_of(session, offer) is not None:
                    continue  # asked before: it waits for its turn, or for its shop
                await checks.read_again(
                    session, offer, due_at=now, why="a cancelled piece did not come back"
                )
        return ended

    async def _now_and_then(self) -> None:
        """Not each time, since all that was ever delivered is looked through."""
        if self._clock.monotonic() < self._looks_at:
            return
        self._looks_at = self._clock.monotonic() + NOW_AND_THEN_S
        async with begin(self._database) as session:
            now = self._clock.now()
            await forget_bodies(session, until=now - BODIES_KEPT)
            gone = await directory.disconnected(session)
            await aside.try_orders_again(
                session, dead_until=now - ORDERS_AGAIN_AFTER, but_of=gone, now=now
            )
