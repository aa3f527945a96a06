"""A marketplace's calls of the day run out: said once when they are few, once when none is left."""

from peg.bus.outbox import stage
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.messages import Alert
from peg.intake.polling import Polls
from peg.marketplaces.port import BudgetSpent, Marketplace


class Shortage:
    """Polls a shop's orders, and tells a person when its calls no longer suffice for that."""

    def __init__(self, database: Database, clock: Clock, polls: Polls) -> None:
        self._database = database
        self._clock = clock
        self._polls = polls
        self._told: set[tuple[str, str]] = set()

    async def poll(self, marketplace: Marketplace) -> None:
        """Take in the shop's orders.

        Raises:
            BudgetSpent: no call is left for that; a person was told.
            MarketplaceError: the orders could not be read.
        """
        shop = marketplace.shop
        try:
            await self._polls.poll(shop)
        except BudgetSpent as error:
            words = f"the orders of {shop} cannot be read for now: {error}"
            await self._tell(Alert(name="calls_spent", subject=shop, sentence=words))
            raise
        self._told.discard(("calls_spent", shop))
        if marketplace.slowed == 1.0:
            self._told.discard(("calls_short", shop))
            return
        words = (
            f"few of today's calls on {shop} are left: raises, imports and comparisons wait, and"
            f" orders are polled {marketplace.slowed:.0f} times as seldom. What is sold is still"
            " taken off sale. Does another program use the same app?"
        )
        await self._tell(Alert(name="calls_short", subject=shop, sentence=words))

    async def _tell(self, alert: Alert) -> None:
        trouble = (alert.name, alert.subject)
        if trouble in self._told:
            return
        async with begin(self._database) as session:
            await stage(session, alert, now=self._clock.now())
        self._told.add(trouble)
