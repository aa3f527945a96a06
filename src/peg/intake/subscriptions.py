"""Webhooks that stopped coming: made anew where that can be done, and told of in any case.

Shopify deletes a subscription after eight failed deliveries in a row, and says nothing.
"""

from datetime import timedelta

import structlog

from peg.alerts.troubles import Troubles
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.domain.messages import Alert
from peg.domain.moment import for_people
from peg.intake import inbox
from peg.intake.polling import Polls
from peg.ledger import order_rows
from peg.marketplaces.port import Marketplace, Refused
from peg.shops import directory

log = structlog.get_logger()

SILENT_AFTER = timedelta(minutes=15)
"""An order so old of which no webhook ever told: they do not come any more."""


CLOCKS_APART = timedelta(minutes=5)
"""An order carries the marketplace's time, a webhook's arrival ours."""


class Subscriptions:
    """Sees to it that a shop's webhooks come; each trouble is told once, until it is over."""

    def __init__(self, database: Database, clock: Clock, polls: Polls) -> None:
        self._database = database
        self._clock = clock
        self._polls = polls
        self._troubles = Troubles(database, clock)

    async def keep(self, marketplace: Marketplace, callback_url: str) -> None:
        """Have the shop send to us; what was missing is made, and its gap filled by a poll.

        Raises:
            MarketplaceError: the shop could not be asked.
        """
        shop = marketplace.shop
        async with reading(self._database) as session:
            newest_at = await inbox.newest_at(session, shop)
        try:
            made = await marketplace.ensure_webhooks(callback_url)
        except Refused as error:
            words = f"{shop} takes no webhooks for {callback_url}: {error}. Polls go on"
            await self._troubles.begins(
                Alert(name="webhooks_refused", subject=shop, sentence=words)
            )
            return
        await self._troubles.are_over(shop, "webhooks_refused")
        if not made:
            await self._troubles.are_over(shop, "webhooks_missing")
        if made:
            log.info("webhooks.subscribed", shop=shop, topics=list(made))
            await self._polls.poll(shop)
        if made and newest_at is not None:
            words = (
                f"{shop} had no webhooks to PEG any more ({', '.join(made)}): they are made anew,"
                f" and the orders since {for_people(newest_at)} were read. Could PEG be"
                " reached all the time?"
            )
            await self._troubles.begins(
                Alert(name="webhooks_missing", subject=shop, sentence=words)
            )
        await self._listen(shop)

    async def _listen(self, shop: ShopId) -> None:
        """Whether the newest orders were told of."""
        async with reading(self._database) as session:
            known = await directory.by_id(session, shop)
            heard_at = await inbox.newest_at(session, shop) or known.connected_at
            ordered_at = await order_rows.newest_paid_at(
                session, shop, before=self._clock.now() - SILENT_AFTER
            )
        if ordered_at is None or ordered_at <= heard_at + CLOCKS_APART:
            await self._troubles.are_over(shop, "webhooks_silent")
            return
        words = (
            f"no webhook of {shop} has come since {for_people(heard_at)}, though it has"
            " orders since: they are seen by polls, later. See that its webhooks point to"
            " PEG_PUBLIC_URL and that PEG can be reached there"
        )
        alert = Alert(name="webhooks_silent", subject=shop, sentence=words)
        await self._troubles.begins(alert)
