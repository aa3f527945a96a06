"""Polls that a person hears of when they no longer do: the shop is dark, or its calls run out."""

from peg.alerts.troubles import Troubles
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind
from peg.domain.identity import ShopId
from peg.domain.messages import Alert
from peg.intake.polling import Polls
from peg.marketplaces.port import (
    AccessRevoked,
    BudgetSpent,
    Marketplace,
    MarketplaceError,
    ShopFrozen,
)
from peg.shops import directory

UNREADABLE_AFTER_S = 600.0
"""Marketplaces fail for minutes every other day: longer than that is worth a person's time."""

NEEDS_A_PERSON: ErrorKind = "refused"
"""A refusal goes away by itself as little as a scope that was not granted: it is told at once."""


class WatchedPolls:
    """Polls a shop's orders, and tells a person, once, when that no longer works."""

    def __init__(self, database: Database, clock: Clock, polls: Polls) -> None:
        self._database = database
        self._clock = clock
        self._polls = polls
        self._troubles = Troubles(database, clock)
        self._dark_since: dict[ShopId, float] = {}

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
            await self._troubles.begins(Alert(name="calls_spent", subject=shop, sentence=words))
            raise
        except ShopFrozen:
            raise  # told by the shop's state
        except MarketplaceError as error:
            if not (isinstance(error, AccessRevoked) and await self._is_told_by_its_state(shop)):
                await self._dark(shop, error)
            raise
        self._dark_since.pop(shop, None)
        await self._troubles.are_over(shop, "calls_spent", "shop_unreadable")
        if marketplace.slowed == 1.0:
            await self._troubles.are_over(shop, "calls_short")
            return
        words = (
            f"few of today's calls on {shop} are left: raises, imports and comparisons wait, and"
            f" orders are polled {marketplace.slowed:.0f} times as seldom. What is sold is still"
            " taken off sale. Does another program use the same app?"
        )
        await self._troubles.begins(Alert(name="calls_short", subject=shop, sentence=words))

    async def _is_told_by_its_state(self, shop: ShopId) -> bool:
        """Whether the shop is marked as out of reach: who marks it raises an alarm if one is due.

        A token is also refused without that: no new one was refused, so nobody marked the shop.
        """
        async with reading(self._database) as session:
            status = (await directory.statuses(session)).get(shop)
        return status is not None and not status.reachable

    async def _dark(self, shop: ShopId, error: MarketplaceError) -> None:
        now = self._clock.monotonic()
        dark_s = now - self._dark_since.setdefault(shop, now)
        if error.kind != NEEDS_A_PERSON and dark_s < UNREADABLE_AFTER_S:
            return
        words = (
            f"the orders of {shop} cannot be read ({error}). What is sold there is not heard of,"
            " and what it sells too is not raised elsewhere until it can be read again"
        )
        await self._troubles.begins(Alert(name="shop_unreadable", subject=shop, sentence=words))
