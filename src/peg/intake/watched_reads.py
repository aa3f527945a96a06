"""Reads of stock that a person hears of when the shop does not allow them any more.

Such a loss is silent by itself: orders come in and what is sold is taken off sale, but nobody sees
any more what a person changes on the shop, and nothing that it sells too can be proved and raised.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from peg.alerts.troubles import Troubles
from peg.db.engine import Database
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.messages import Alert
from peg.marketplaces.port import MissingScope


class WatchedReads:
    """Notes of each read whether the shop allows it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._troubles = Troubles(database, clock)

    @asynccontextmanager
    async def of(self, shop: ShopId) -> AsyncIterator[None]:
        """Read stock within this block: a right that is missing is told once, until it is back.

        Raises:
            MissingScope: as the read did.
        """
        try:
            yield
        except MissingScope as error:
            channel = shop.partition(":")[0]
            words = (
                f"PEG may not read stock on {shop} ({error}): what is changed there by hand is not"
                " seen, and what it sells too is raised nowhere, until you grant the app its scopes"
                f" there and run `peg connect {channel}` again. Sales are still followed"
            )
            await self._troubles.begins(
                Alert(name="stock_unreadable", subject=shop, sentence=words)
            )
            raise
        await self._troubles.are_over(shop, "stock_unreadable")
