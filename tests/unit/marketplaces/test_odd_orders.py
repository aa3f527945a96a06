"""Whatever a marketplace says in place of a field, one odd order hides no other."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from tests.support.etsy_shapes import SHOP, SIZE, receipt, sale, value

from peg.domain.identity import ShopId
from peg.marketplaces.etsy import receipts, rounds
from peg.marketplaces.shopify import orders

SHOPIFY = ShopId("shopify:gems.test")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ODD: tuple[Any, ...] = (None, "", "x", -1, 10**30, 1.5, True, [], {}, [None], [{}], {"a": 1})
ONE_PAGE = {"hasNextPage": False, "endCursor": None}


def test_no_odd_field_of_a_receipt_fails_its_page() -> None:
    good = receipt(number=2, updated_timestamp=1_795_000_200)
    sold = sale(product_data=[value(SIZE, "Ring size", "7")])
    plain = sale(2, variations=[{"formatted_name": "Ring size", "formatted_value": "7"}])
    walk = rounds.begun(rounds.parse(None, NOW), NOW)

    for odd in spoiled(receipt(sold, plain)):
        told, unreadable = receipts.orders_of(SHOP, [odd, good], NOW)

        assert told[-1].order == "2"
        assert len([one for one in told if one.complete]) + len(unreadable) == 2
        assert rounds.after(walk, [odd, good], NOW).since == 1_795_000_200


def test_no_odd_field_of_a_shopify_order_fails_its_page() -> None:
    good = shopify_order(2)

    for odd in spoiled(shopify_order(1)):
        told, unreadable = orders.orders_of([odd, good], SHOPIFY, fetched_at=NOW)

        assert told[-1].order == "2"
        assert len([one for one in told if one.complete]) + len(unreadable) == 2


def test_two_orders_without_a_number_are_told_apart() -> None:
    first, second = (receipt(number=0, title=title) for title in "ab")
    for odd in (first, second):
        del odd["receipt_id"]

    _, unreadable = receipts.orders_of(SHOP, [first, second, first], NOW)

    assert [one.order for one in unreadable] == ["", "", ""]
    assert unreadable[0] == unreadable[2] != unreadable[1]


def spoiled(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The order with each of its fields gone, and each of them odd in every way."""
    for path in places(order):
        for odd in ODD:
            inner, spoilt = lookup(order, path)
            inner[path[-1]] = odd
            yield spoilt
        inner, spoilt = lookup(order, path)
        del inner[path[-1]]
        yield spoilt


def lookup(order: dict[str, Any], path: tuple[Any, ...]) -> tuple[Any, dict[str, Any]]:
    """A copy of the order, and what holds the end of the path in it."""
    copied = deepcopy(order)
    inner: Any = copied
    for step in path[:-1]:
        inner = inner[step]
    return inner, copied


def places(told: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = told.items() if isinstance(told, dict) else enumerate(told)
    for name, one in inside:
        yield (*at, name)
        if isinstance(one, dict | list):
            yield from places(one, (*at, name))


def shopify_order(number: int) -> dict[str, Any]:
    line = {"id": f"gid://shopify/LineItem/{number}1"}
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": "2026-11-23T10:00:00Z",
        "updatedAt": "2026-11-23T10:00:00Z",
        "cancelledAt": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "lineItems": {"nodes": [{**line, **SOLD}], "pageInfo": ONE_PAGE},
        "refunds": [{"refundLineItems": {"nodes": [returned(line)], "pageInfo": ONE_PAGE}}],
        "fulfillmentOrders": {"nodes": [shipped(line)], "pageInfo": ONE_PAGE},
    }


SOLD = {
    "sku": "RING-1",
    "title": "Ruby ring",
    "quantity": 2,
    "currentQuantity": 1,
    "unfulfilledQuantity": 1,
    "originalUnitPriceSet": {"shopMoney": {"amount": "125.00", "currencyCode": "USD"}},
    "variant": {
        "id": "gid://shopify/ProductVariant/3",
        "product": {"id": "gid://shopify/Product/4"},
        "inventoryItem": {"id": "gid://shopify/InventoryItem/5"},
    },
}


def returned(line: dict[str, str]) -> dict[str, Any]:
    place = {"id": "gid://shopify/Location/7"}
    return {"quantity": 1, "restockType": "CANCEL", "location": place, "lineItem": line}


def shipped(line: dict[str, str]) -> dict[str, Any]:
    units = {"totalQuantity": 2, "remainingQuantity": 1, "lineItem": line}
    lines = {"nodes": [units], "pageInfo": ONE_PAGE}
    place = {"location": {"id": "gid://shopify/Location/7"}}
    return {"status": "OPEN", "assignedLocation": place, "lineItems": lines}
