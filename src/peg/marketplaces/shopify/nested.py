"""Nested lists are cut off silently: what did not fit into its page is asked for by itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import UnexpectedAnswer
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.orders import refunds_of
from peg.marketplaces.shopify.reading import Page, field, goes_on, page_of, text, things

REFUNDS_PER_QUERY = 10
PAGES_MAX = 500
"""Shopify pages to 25,000 records at most; a list that is longer goes round in circles."""


class ChangedMeanwhile(UnexpectedAnswer):
    """An order was changed between two pages of it: they are of no one moment."""


class Nested:
    """Reads the rest of nested lists, by the id of what they hang on."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def variant(self, variant: Any, *, lane: Lane) -> Any:
        """A variant's node with the levels of all its places.

        Raises:
            UnexpectedAnswer: they could not be read.
        """
        item = field(variant, "inventoryItem")
        levels = field(item, "inventoryLevels")
        if not goes_on(levels):
            return variant
        whole = await self._whole(levels, "MoreLevels", text(item, "id"), lane=lane)
        return {**variant, "inventoryItem": {**item, "inventoryLevels": whole}}

    async def order(self, order: Any) -> Any:
        """An order's node with every list in it whole, all as of one moment.

        Raises:
            ChangedMeanwhile: the order was changed while it was read.
            UnexpectedAnswer: part of it could not be read.
        """
        key, as_of = text(order, "id"), text(order, "updatedAt")
        lines = await self._whole(field(order, "lineItems"), "MoreLines", key, as_of)
        shipments = field(order, "fulfillmentOrders")
        shipments = await self._whole(shipments, "MoreShipments", key, as_of)
        refunds = await self._refunds(order, key, as_of)
        return {
            **order,
            "lineItems": lines,
            "refunds": page_of(
                [
                    await self._inside(one, "refundLineItems", "MoreRefundLines", as_of)
                    for one in refunds
                ]
            ),
            "fulfillmentOrders": page_of(
                [
                    await self._inside(one, "lineItems", "MoreShippingLines", as_of)
                    for one in things(shipments, "nodes")
                ]
            ),
        }

    async def _inside(self, owner: Any, name: str, operation: str, as_of: str) -> Any:
        page = field(owner, name)
        if not goes_on(page):
            return owner
        return {**owner, name: await self._whole(page, operation, text(owner, "id"), as_of)}

    async def _refunds(self, order: Any, key: str, as_of: str) -> Sequence[Any]:
        known = refunds_of(order)
        if not goes_on(known):
            return things(known, "nodes")
        told = await self._node("AllRefunds", {"id": key}, as_of)
        ids = [text(one, "id") for one in things(told, "refunds")]
        found: list[Any] = []
        for start in range(0, len(ids), REFUNDS_PER_QUERY):
            part = ids[start : start + REFUNDS_PER_QUERY]
            answer = await self._client.execute("RefundsById", {"ids": part}, lane=Lane.ORDERS)
            for refund in things(answer.data, "nodes"):
                _refuse_changed(field(refund, "order"), as_of)
                found.append(refund)
        return found

    async def _whole(
        self,
        page: Page,
        operation: str,
        owner: str,
        as_of: str | None = None,
        *,
        lane: Lane = Lane.ORDERS,
    ) -> Page:
        nodes = list(things(page, "nodes"))
        for _ in range(PAGES_MAX):
            if not goes_on(page):
                return page_of(nodes)
            after = text(page, "pageInfo", "endCursor")
            told = await self._node(operation, {"id": owner, "after": after}, as_of, lane=lane)
            page = field(told, "more")
            nodes += things(page, "nodes")
        raise UnexpectedAnswer(f"{operation}: the pages of {owner} come to no end")

    async def _node(
        self,
        operation: str,
        variables: Mapping[str, Any],
        as_of: str | None,
        *,
        lane: Lane = Lane.ORDERS,
    ) -> Mapping[str, Any]:
        answer = await self._client.execute(operation, variables, lane=lane)
        told = field(answer.data, "node")
        if not isinstance(told, Mapping):
            raise UnexpectedAnswer(f"{operation}: {variables['id']} went while it was read")
        if as_of is not None:
            _refuse_changed(told.get("order", told), as_of)
        return told


def _refuse_changed(order: Any, as_of: str) -> None:
    updated_at = text(order, "updatedAt")
    if updated_at != as_of:
        raise ChangedMeanwhile(f"an order as of {as_of} was changed at {updated_at}: read again")
