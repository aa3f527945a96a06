"""What falls due by the clock alone: holds, suspense, and returns that did not come."""

from peg.catalog import mirror, offers
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.intake.doubts import Doubts
from peg.intake.patience import Patience
from peg.ledger import reservations, suspense


class Housekeeping:
    """Ends what has a deadline. Safe to run by several processes: each ending happens once."""

    def __init__(self, database: Database, clock: Clock, patience: Patience) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience

    async def tidy(self) -> int:
        """End what is due; how many things ended."""
        async with begin(self._database) as session:
            now = self._clock.now()
            ended = await reservations.expire_due(session, now=now)
            ended += await suspense.close_due(session, now=now)
            waited = await mirror.forget_rises(session, now=now)
            found = await offers.by_ids(session, waited)
            for offer in found.values():
                # It may be raised now, with proof: have it compared with its target.
                doubts = Doubts(session=session, offer=offer, patience=self._patience, now=now)
                await doubts.drifted()
        return ended + len(waited)
