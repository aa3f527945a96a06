"""One Shopify shop behind the port."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from peg.domain.clock import Clock
from peg.domain.identity import Channel, OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.offer import Reading
from peg.domain.order import OrderSnapshot
from peg.domain.place import RemotePlace
from peg.marketplaces.limiter import Lane, lane_of_listings
from peg.marketplaces.port import OffersPage, OrdersPage, Refused, Result, Write
from peg.marketplaces.shopify.activation import Activator
from peg.marketplaces.shopify.cancelling import Canceller
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.offer_pages import OfferPages
from peg.marketplaces.shopify.order_pages import OrderPages
from peg.marketplaces.shopify.reading import field, next_cursor, number, text
from peg.marketplaces.shopify.refunding import Refunder
from peg.marketplaces.shopify.stock_writes import StockWriter
from peg.marketplaces.shopify.webhooks import TOPICS
from peg.marketplaces.writers import Asked, PaidBack, Payment


class ShopifyMarketplace:
    """One shop, read and written.

    A `Marketplace`, `ConditionalWriter`, `PlaceStocker` and `OrderCanceller`.
    """

    channel = Channel.SHOPIFY
    slowed = 1.0
    """Shopify counts no calls of a day."""

    def __init__(self, shop: ShopId, client: ShopifyClient, clock: Clock, *, currency: str) -> None:
        self.shop = shop
        self._client = client
        self._offers = OfferPages(shop, client, clock, currency=currency)
        self._orders = OrderPages(shop, client, clock)
        self._writer = StockWriter(client)
        self._activator = Activator(client)
        self._canceller = Canceller(client)
        self._refunder = Refunder(client)

    def listings(self, *, first: bool = False) -> AsyncIterator[OffersPage]:
        return self._offers.all(lane=lane_of_listings(first=first))

    async def read(
        self, refs: Sequence[OfferRef], *, urgent: bool = False
    ) -> Mapping[OfferRef, Reading]:
        return await self._offers.fresh(refs, lane=Lane.LOWER_STOCK if urgent else Lane.ORDERS)

    async def room_for_orders(self, *, sales_only: bool = False) -> None:
        """Nothing to wait for: the points of a second are many times what a page costs."""

    async def orders_since(
        self, cursor: str | None, *, now: datetime, sales_only: bool = False
    ) -> OrdersPage:
        del sales_only  # cancellations come with the rest
        return await self._orders.since(cursor, now=now)

    async def order(self, order: str) -> OrderSnapshot:
        return await self._orders.one(order)

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        return await self._writer.compare_and_set(writes, key=key)

    async def stock_at(self, ref: OfferRef, place: str, *, key: str) -> Result:
        return await self._activator.stock_at(ref, place, key=key)

    async def cancel_order(self, order: str, *, note: str) -> Asked:
        return await self._canceller.cancel_order(order, note=note)

    async def paid_back(self, order: str) -> Money:
        return await self._canceller.paid_back(order)

    async def payments_for(self, order: str, units: Mapping[str, int]) -> Sequence[Payment]:
        return await self._refunder.payments_for(order, units)

    async def take_out(
        self,
        order: str,
        units: Mapping[str, int],
        payments: Sequence[Payment],
        *,
        note: str,
        key: str,
    ) -> Asked:
        return await self._refunder.take_out(order, units, payments, note=note, key=key)

    async def paid_back_with(self, order: str, note: str) -> PaidBack | None:
        return await self._refunder.paid_back_with(order, note)

    async def ensure_webhooks(self, callback_url: str) -> Sequence[str]:
        wanted = {topic.upper().replace("/", "_"): topic for topic in TOPICS}
        there = {
            text(node, "topic")
            async for node in self._nodes("WebhooksPage", "webhookSubscriptions")
            if text(node, "uri") == callback_url
        }
        made = []
        for name, topic in wanted.items():
            if name not in there:
                await self._subscribe(name, callback_url)
                made.append(topic)
        return made

    async def remove_webhooks(self) -> int:
        """End every subscription of this app."""
        there = [
            text(node, "id") async for node in self._nodes("WebhooksPage", "webhookSubscriptions")
        ]
        for one in there:
            answer = await self._client.execute(
                "WebhookRemove", {"id": one}, lane=Lane.ORDERS, writes=True
            )
            for error in field(answer.data, "webhookSubscriptionDelete", "userErrors"):
                raise Refused(f"{one}: {text(error, 'message')}")
        return len(there)

    async def locations(self) -> Sequence[RemotePlace]:
        return [
            RemotePlace(
                id=number(text(node, "id")),
                name=text(node, "name"),
                open=bool(field(node, "isActive")),
            )
            async for node in self._nodes("LocationsPage", "locations")
        ]

    async def _subscribe(self, topic: str, callback_url: str) -> None:
        answer = await self._client.execute(
            "WebhookAdd",
            {"topic": topic, "subscription": {"uri": callback_url, "format": "JSON"}},
            lane=Lane.ORDERS,
            writes=True,
        )
        for error in field(answer.data, "webhookSubscriptionCreate", "userErrors"):
            raise Refused(f"{topic}: {text(error, 'message')}")

    async def _nodes(self, operation: str, name: str) -> AsyncIterator[Any]:
        after: str | None = None
        while True:
            answer = await self._client.execute(operation, {"after": after}, lane=Lane.ORDERS)
            page = field(answer.data, name)
            for node in field(page, "nodes"):
                yield node
            after = next_cursor(page)
            if after is None:
                return
