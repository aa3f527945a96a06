"""Reading orders, their lines, refunds and where their pieces come from."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from marketsim.shopify.call import Call, call_of
from marketsim.shopify.connections import Key, KeyOf
from marketsim.shopify.order_records import Line, Order, Refund
from marketsim.shopify.paying import Suggestion, suggested
from marketsim.shopify.records import Variant
from marketsim.shopify.resolvers.base import Info, Resolver, Resolvers, nested
from marketsim.shopify.search import Field, Moment, Number, Word
from marketsim.shopify.wording import decimal, utc

WINDOW = timedelta(days=60)
ROUTING = timedelta(seconds=5)
"""So long it may take until an order knows from where it ships."""


def statuses(order: Order) -> list[str]:
    """What `status:` finds an order by."""
    if order.cancelled_at:
        return ["any", "cancelled", "closed"]
    return ["any", "closed" if order.closed_at else "open"]


_SINCE = re.compile(r"(updated_at:>='[^']+')?")
"""A search that leaves out no sale of this moment."""

_FIELDS: dict[str, Field] = {
    "id": Number(get=lambda it: it.number),
    "name": Word(get=lambda it: it.name),
    "default": Word(get=lambda it: it.name),
    "created_at": Moment(get=lambda it: it.created_at),
    "processed_at": Moment(get=lambda it: it.created_at),
    "updated_at": Moment(get=lambda it: it.updated_at),
    "financial_status": Word(get=lambda it: it.financial_status),
    "fulfillment_status": Word(get=lambda it: it.fulfillment_status),
    "source_name": Word(get=lambda it: it.source_name),
    "sku": Word(get=lambda it: [line.sku or "" for line in it.lines]),
    "tag": Word(get=lambda it: it.tags),
    "status": Word(get=statuses),
    "test": Word(get=lambda _: "false"),
}
_SORTED_BY: dict[str, Callable[[Order], str | int]] = {
    "UPDATED_AT": lambda it: utc(it.updated_at),
    "CREATED_AT": lambda it: utc(it.created_at),
    "PROCESSED_AT": lambda it: utc(it.created_at),
    "ORDER_NUMBER": lambda it: it.order_number,
    "TOTAL_PRICE": lambda it: it.total_minor,
}


def orders(_root: Any, info: Info, **args: Any) -> Any:
    """Orders; those older than 60 days only with read_all_orders."""
    call = call_of(info)
    call.need("read_orders", "orders")
    shown = [it for it in call.shop.store.orders.values() if _visible(call, it)]
    found = call.page(info, shown, args, key_of=_key(args["sortKey"]), fields=_FIELDS)
    newest_is_on_it = not args.get("reverse") and not found.has_next_page
    if newest_is_on_it and _SINCE.fullmatch(args.get("query") or ""):
        call.shop.store.seen.read_orders()
    return found


def order(_root: Any, info: Info, id: str) -> Order | None:  # noqa: A002 - the schema's own name
    """One order; null as well when it is merely too old."""
    call = call_of(info)
    call.need("read_orders", "order")
    found: Order | None = call.find(id, Order, "order")
    if found is not None:
        call.shop.store.seen.read_order(found.gid)
    return found if found and _visible(call, found) else None


def _visible(call: Call, it: Order) -> bool:
    if call.may("read_all_orders") or it.created_at >= call.shop.clock.now() - WINDOW:
        return True
    return not call.shop.strikes("sixty_day_window")


def _key(sort_key: str) -> KeyOf:
    value = _SORTED_BY.get(sort_key)

    def key(it: Order) -> Key:
        return (value(it) if value else it.number, it.number)

    return key


def money(attribute: str) -> Resolver:
    """An amount of the record in the shop's and the buyer's currency."""

    def resolve(source: Any, info: Info) -> dict[str, Any]:
        currency = call_of(info).shop.store.currency
        amount = {"amount": decimal(getattr(source, attribute)), "currencyCode": currency}
        return {"shopMoney": amount, "presentmentMoney": amount}

    return resolve


def refunds(source: Order, info: Info, first: int | None = None) -> list[Refund]:
    """The first refunds: a list without pages, cut without a word."""
    whole = first is None or call_of(info).tells_whole({})
    return source.refunds if whole else source.refunds[:first]


def suggested_refund(source: Order, info: Info, **args: Any) -> Suggestion | None:
    """What would be paid back for some units of an order; null where it has fewer."""
    del info
    lines = {line.gid: line for line in source.lines}
    units = []
    for row in args.get("refundLineItems") or []:
        line = lines.get(row["lineItemId"])
        if line is None or not 1 <= row["quantity"] <= line.current_quantity:
            return None
        units.append((line, row["quantity"]))
    return suggested(source, units)


def fulfillment_orders(source: Order, info: Info, **args: Any) -> Any:
    """Where the order's pieces are taken from."""
    call = call_of(info)
    call.need("read_merchant_managed_fulfillment_orders", "fulfillmentOrders")
    fresh = call.shop.clock.now() < source.created_at + ROUTING
    if fresh and call.shop.strikes("routing_lags"):
        return call.page(info, [], args)
    return call.page(info, source.shipments, args)


def variant_of_line(source: Line, info: Info) -> Variant | None:
    """The line's variant, null without an error once it is deleted."""
    call = call_of(info)
    found = call.shop.store.variants.get(source.variant.number)
    if found is None:
        call.gone("variant")
    return found


def return_status(_source: Order, _info: Info) -> str:
    """Returns are refunded directly in this shop."""
    return "NO_RETURN"


def risk(_source: Order, _info: Info) -> dict[str, Any]:
    """No practice buyer cheats."""
    return {"recommendation": "ACCEPT", "assessments": [{"riskLevel": "LOW"}]}


def returns(_source: Order, info: Info, **args: Any) -> Any:
    """None: see `return_status`."""
    return call_of(info).page(info, [], args)


RESOLVERS: Resolvers = {
    ("QueryRoot", "orders"): orders,
    ("QueryRoot", "order"): order,
    ("Order", "processedAt"): lambda source, _info: source.created_at,
    ("Order", "test"): lambda _source, _info: False,
    ("Order", "displayFinancialStatus"): lambda source, _info: source.financial_status,
    ("Order", "displayFulfillmentStatus"): lambda source, _info: source.fulfillment_status,
    ("Order", "returnStatus"): return_status,
    ("Order", "risk"): risk,
    ("Order", "returns"): returns,
    ("Order", "refunds"): refunds,
    ("Order", "lineItems"): nested("lines"),
    ("Order", "suggestedRefund"): suggested_refund,
    ("Order", "fulfillmentOrders"): fulfillment_orders,
    ("Order", "currentTotalPriceSet"): money("current_total_minor"),
    ("Order", "totalRefundedSet"): money("refunded_minor"),
    ("LineItem", "variant"): variant_of_line,
    ("LineItem", "originalUnitPriceSet"): money("price_minor"),
    ("Refund", "refundLineItems"): nested("lines"),
    ("Refund", "totalRefundedSet"): money("amount_minor"),
    ("Refund", "transactions"): nested("payments"),
    ("OrderTransaction", "amountSet"): money("amount_minor"),
    ("OrderTransaction", "parentTransaction"): lambda source, _info: source.parent,
    ("SuggestedRefund", "amountSet"): money("amount_minor"),
    ("SuggestedOrderTransaction", "amountSet"): money("amount_minor"),
    ("RefundLineItem", "lineItem"): lambda source, _info: source.line,
    ("FulfillmentOrder", "lineItems"): nested("lines"),
}
