"""One Shopify shop behind the port."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from peg.domain.clock import Clock
from peg.domain.identity import Channel, OfferRef, ShopId
from peg.domain.offer import Reading, RemoteOffer
from peg.domain.order import OrderSnapshot
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import (
    OrdersPage,
    Refused,
    RemoteGone,
    Result,
    UnexpectedAnswer,
    Write,
)
from peg.marketplaces.shopify.client import Answer, ShopifyClient
from peg.marketplaces.shopify.goods import gone, reading_of, remote_offer
from peg.marketplaces.shopify.orders import order_of, orders_of
from peg.marketplaces.shopify.reading import field, gid, moment, number, text
from peg.marketplaces.shopify.stock_writes import StockWriter
from peg.marketplaces.shopify.webhooks import TOPICS

log = structlog.get_logger()

VARIANTS_PER_PAGE = 50
VARIANTS_PER_READ = 50
OVERLAP = timedelta(seconds=30)
"""Orders are read again from a little before the cursor: what was written meanwhile shows late."""

FIRST_LOOK_BACK = timedelta(days=59)
"""Older orders are hidden without `read_all_orders`, silently."""


class ShopifyMarketplace:
    """Reads and writes one shop. Implements `Marketplace` and `ConditionalWriter`."""

    channel = Channel.SHOPIFY
    slowed = 1.0
    """Shopify counts no calls of a day."""

    def __init__(self, shop: ShopId, client: ShopifyClient, clock: Clock, *, currency: str) -> None:
        self.shop = shop
        self._client = client
        self._clock = clock
        self._currency = currency
        self._writer = StockWriter(client)

    async def listings(self) -> AsyncIterator[Sequence[RemoteOffer]]:
        after: str | None = None
        while True:
            begun_at = self._clock.now()
            answer = await self._client.execute(
                "VariantsPage", {"first": VARIANTS_PER_PAGE, "after": after}, lane=Lane.BULK
            )
            page = field(answer.data, "productVariants")
            yield [
                remote_offer(
                    variant,
                    self.shop,
                    currency=self._currency,
                    begun_at=begun_at,
                    marketplace_at=answer.marketplace_at,
                )
                for variant in field(page, "nodes")
            ]
            after = _next(page)
            if after is None:
                return

    async def read(self, refs: Sequence[OfferRef]) -> Mapping[OfferRef, Reading]:
        found: dict[OfferRef, Reading] = {}
        for start in range(0, len(refs), VARIANTS_PER_READ):
            found.update(await self._read(refs[start : start + VARIANTS_PER_READ]))
        return found

    async def _read(self, refs: Sequence[OfferRef]) -> Mapping[OfferRef, Reading]:
        begun_at = self._clock.now()
        ids = [gid("ProductVariant", ref.variant) for ref in refs]
        answer = await self._client.execute("VariantsById", {"ids": ids}, lane=Lane.ORDERS)
        at = answer.marketplace_at
        nodes = field(answer.data, "nodes")
        return {
            ref: gone(ref, begun_at=begun_at, marketplace_at=at)
            if node is None
            else reading_of(node, ref, begun_at=begun_at, marketplace_at=at)
            for ref, node in zip(refs, nodes, strict=True)
        }

    async def orders_since(
        self, cursor: str | None, *, now: datetime, sales_only: bool = False
    ) -> OrdersPage:
        del sales_only  # cancellations come with the rest
        where = _Cursor.parse(cursor, now)
        answer = await self._client.execute(
            "OrdersUpdatedSince",
            {"query": f"updated_at:>='{where.since.isoformat()}'", "after": where.after},
            lane=Lane.ORDERS,
        )
        self._heed_warnings(answer)
        page = field(answer.data, "orders")
        told, unreadable = orders_of(field(page, "nodes"), self.shop, fetched_at=now)
        orders = [await self._whole(order) for order in told]
        newest = max([where.newest, *(order.updated_at for order in orders)])
        after = _next(page)
        following = _Cursor(
            since=where.since if after else newest - OVERLAP, newest=newest, after=after
        )
        return OrdersPage(
            orders=orders,
            cursor=following.text(),
            more=after is not None,
            unreadable=unreadable,
        )

    async def order(self, order: str) -> OrderSnapshot:
        fetched_at = self._clock.now()
        answer = await self._client.execute(
            "OrderById", {"id": gid("Order", order)}, lane=Lane.ORDERS
        )
        found = field(answer.data, "order")
        if found is None:
            raise RemoteGone(f"Shopify does not show order {order} (any more)")
        return order_of(found, self.shop, fetched_at=fetched_at)

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        return await self._writer.compare_and_set(writes, key=key)

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

    async def locations(self) -> Mapping[str, str]:
        """The shop's active locations: id and name."""
        return {
            number(text(node, "id")): text(node, "name")
            async for node in self._nodes("LocationsPage", "locations")
            if field(node, "isActive")
        }

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
            after = _next(page)
            if after is None:
                return

    async def _whole(self, order: OrderSnapshot) -> OrderSnapshot:
        """Nested lists are cut off silently: an order that was is read by itself.

        If that fails, what could be read of it counts.
        """
        if order.complete:
            return order
        try:
            return await self.order(order.order)
        except (RemoteGone, UnexpectedAnswer):
            return order

    def _heed_warnings(self, answer: Answer) -> None:
        """An unknown filter matches everything, with no more than a warning."""
        for search in answer.extensions.get("search") or ():
            if search.get("warnings"):
                log.error("shopify.search_misread", warnings=search["warnings"])


class _Cursor:
    """From when to read, the newest order seen, and the page within."""

    def __init__(self, *, since: datetime, newest: datetime, after: str | None) -> None:
        self.since = since
        self.newest = newest
        self.after = after

    @classmethod
    def parse(cls, cursor: str | None, now: datetime) -> "_Cursor":
        """Read a cursor back; without one, begin with everything that can be seen."""
        if cursor is None:
            since = now - FIRST_LOOK_BACK
            return cls(since=since, newest=since, after=None)
        told = json.loads(cursor)
        return cls(since=moment(told["since"]), newest=moment(told["newest"]), after=told["after"])

    def text(self) -> str:
        """The cursor to store."""
        return json.dumps(
            {
                "since": self.since.isoformat(),
                "newest": self.newest.isoformat(),
                "after": self.after,
            }
        )


def _next(page: Any) -> str | None:
    info = field(page, "pageInfo")
    return text(info, "endCursor") if field(info, "hasNextPage") else None
