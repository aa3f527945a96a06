"""Orders of one shop: those changed since a cursor, or one by itself, each of them whole."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from peg.domain.clock import AHEAD_MAX, Clock
from peg.domain.identity import ShopId
from peg.domain.order import OrderSnapshot
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import OrdersPage, RemoteGone, UnexpectedAnswer
from peg.marketplaces.seen import changed_until
from peg.marketplaces.shopify.client import Answer, ShopifyClient
from peg.marketplaces.shopify.nested import ChangedMeanwhile, Nested
from peg.marketplaces.shopify.orders import order_of, orders_of
from peg.marketplaces.shopify.reading import field, gid, moment, next_cursor, number, text

log = structlog.get_logger()

ORDERS_PER_PAGE = 10
TRIES_MAX = 3
"""So often an order that changes while it is read is read again before it waits for its turn."""

OVERLAP = timedelta(seconds=30)
"""Orders are read again from a little before the cursor: what was written meanwhile shows late."""

FIRST_LOOK_BACK = timedelta(days=59)
"""Older orders are hidden without `read_all_orders`, silently."""


class OrderPages:
    """Reads one shop's orders."""

    def __init__(self, shop: ShopId, client: ShopifyClient, clock: Clock) -> None:
        self._shop = shop
        self._client = client
        self._clock = clock
        self._nested = Nested(client)

    async def since(self, cursor: str | None, *, now: datetime) -> OrdersPage:
        """One page of orders changed since `cursor`, oldest change first.

        A cursor that lies ahead of the shop's own clock, which was set back since, would hide all
        orders until then: it begins anew with all that can be seen. Whatever was taken in already
        is the same again.

        Raises:
            MarketplaceError: the page could not be read.
        """
        where = _Cursor.parse(cursor, now)
        answer = await self._ask(where)
        latest = changed_until(answer.marketplace_at, now=now)
        # Where no answer bears a time, ours may be the one that is wrong.
        if where.since > (latest if answer.marketplace_at else now + AHEAD_MAX):
            log.warning("cursor.put_aside", shop=self._shop, since=where.since.isoformat())
            where = _Cursor.begin(latest)
            answer = await self._ask(where)
        page = field(answer.data, "orders")
        nodes = [await self._entire(node) for node in field(page, "nodes")]
        orders, unreadable = orders_of(nodes, self._shop, fetched_at=now)
        changed = (order.updated_at for order in orders if order.updated_at <= latest)
        newest = max([where.newest, *changed])
        after = next_cursor(page)
        following = _Cursor(
            since=where.since if after else newest - OVERLAP, newest=newest, after=after
        )
        return OrdersPage(
            orders=orders,
            cursor=following.text(),
            more=after is not None,
            unreadable=unreadable,
        )

    async def _ask(self, where: "_Cursor") -> Answer:
        query = f"updated_at:>='{where.since.isoformat()}'"
        answer = await self._client.execute_sized(
            "OrdersUpdatedSince",
            {"query": query, "after": where.after},
            first=ORDERS_PER_PAGE,
            lane=Lane.ORDERS,  # of two thousand points they cost fifty: half need not stay free
        )
        _heed_warnings(answer)
        return answer

    async def one(self, order: str) -> OrderSnapshot:
        """One order with all that hangs on it.

        Raises:
            RemoteGone: it cannot be read any more.
            UnexpectedAnswer: part of it could not be read, or it never stood still.
        """
        fetched_at = self._clock.now()
        return order_of(await self._fresh(gid("Order", order)), self._shop, fetched_at=fetched_at)

    async def _entire(self, order: Any) -> Any:
        """The order's node with what was cut off; failing that, what could be read counts."""
        try:
            return await self._nested.order(order)
        except ChangedMeanwhile:
            with suppress(RemoteGone, UnexpectedAnswer):
                return await self._fresh(text(order, "id"))
        except (RemoteGone, UnexpectedAnswer) as error:
            log.warning("order.read_in_part", shop=self._shop, why=str(error))
        return order

    async def _fresh(self, key: str) -> Any:
        """An order's node as it is now."""
        for _ in range(TRIES_MAX):
            answer = await self._client.execute("OrderById", {"id": key}, lane=Lane.ORDERS)
            found = field(answer.data, "order")
            if found is None:
                raise RemoteGone(f"Shopify does not show order {number(key)} (any more)")
            try:
                return await self._nested.order(found)
            except ChangedMeanwhile:
                continue
            except UnexpectedAnswer as error:
                log.warning("order.read_in_part", shop=self._shop, why=str(error))
                return found
        raise UnexpectedAnswer(f"order {number(key)} was changed each time while it was read")


def _heed_warnings(answer: Answer) -> None:
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
    def begin(cls, now: datetime) -> "_Cursor":
        """All orders that can be seen."""
        since = now - FIRST_LOOK_BACK
        return cls(since=since, newest=since, after=None)

    @classmethod
    def parse(cls, cursor: str | None, now: datetime) -> "_Cursor":
        """Read a cursor back; without one, begin with all that can be seen."""
        if cursor is None:
            return cls.begin(now)
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
