"""What falls due by the clock alone: holds, suspense, and returns that did not come."""

from peg.catalog import returns
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.intake import checks
from peg.ledger import reservations, suspense


class Housekeeping:
    """Ends what has a deadline. Safe to run by several processes: each ending happens once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def tidy(self) -> int:
        """End what is due; how many things ended."""
        async with begin(self._database) as session:
            now = self._clock.now()
            ended = await reservations.expire_due(session, now=now)
            ended += await suspense.close_due(session, now=now)
            for offer in await returns.overdue_rises(session, now=now):
                if await checks.check_of(session, offer) is not None:
                    continue  # asked before: it waits for its turn, or for its shop
                await checks.read_again(
                    session, offer, due_at=now, why="a cancelled piece did not come back"
                )
        return ended
