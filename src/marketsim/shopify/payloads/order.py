"""The bodies of orders/*."""

from datetime import datetime
from typing import Any

from marketsim.shopify.credentials import SHOP_DOMAIN
from marketsim.shopify.order_records import Allocation, Line, Order
from marketsim.shopify.payloads.line import line_body
from marketsim.shopify.payloads.money import both
from marketsim.shopify.payloads.people import EMAIL, address, customer
from marketsim.shopify.payloads.refund import refund_body
from marketsim.shopify.store import Store
from marketsim.shopify.wording import decimal, local

_REST_STATUS = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial", "UNFULFILLED": None}
_ABSENT = (
    "app_id",
    "browser_ip",
    "cart_token",
    "checkout_token",
    "client_details",
    "confirmation_number",
    "current_total_additional_fees_set",
    "current_total_duties_set",
    "device_id",
    "landing_site",
    "landing_site_ref",
    "location_id",
    "merchant_of_record_app_id",
    "note",
    "original_total_additional_fees_set",
    "original_total_duties_set",
    "payment_terms",
    "phone",
    "po_number",
    "reference",
    "referring_site",
    "source_identifier",
    "source_url",
    "user_id",
)
_EMPTY = (
    "discount_applications",
    "discount_codes",
    "line_item_groups",
    "note_attributes",
    "returns",
    "shipping_lines",
    "tax_lines",
)
_ZERO = (
    "current_shipping_price",
    "current_total_discounts",
    "current_total_tax",
    "total_cash_rounding_payment_adjustment",
    "total_cash_rounding_refund_adjustment",
    "total_discounts",
    "total_shipping_price",
    "total_tax",
)


def order_body(order: Order, store: Store) -> dict[str, Any]:
    """An order as it is now."""
    return (
        dict.fromkeys(_ABSENT)
        | {name: [] for name in _EMPTY}
        | _amounts(order, store.currency)
        | _facts(order, store)
        | {
            "billing_address": address(),
            "shipping_address": address(),
            "customer": customer(store.shop_number + 1, store.currency),
            "line_items": [line_body(line, store) for line in order.lines],
            "fulfillments": _fulfillments(order, store),
            "refunds": [refund_body(order, refund, store) for refund in order.refunds],
        }
    )


def _facts(order: Order, store: Store) -> dict[str, Any]:
    return {
        "id": order.number,
        "admin_graphql_api_id": order.gid,
        "buyer_accepts_marketing": False,
        "cancel_reason": order.cancel_reason.lower() if order.cancel_reason else None,
        "cancelled_at": _local(order.cancelled_at),
        "closed_at": _local(order.closed_at),
        "confirmed": True,
        "contact_email": EMAIL,
        "created_at": local(order.created_at),
        "currency": store.currency,
        "customer_locale": "en",
        "duties_included": False,
        "email": EMAIL,
        "estimated_taxes": False,
        "financial_status": order.financial_status.lower(),
        "fulfillment_status": _REST_STATUS[order.fulfillment_status],
        "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
        "name": order.name,
        "number": order.order_number - 1000,
        "order_number": order.order_number,
        "order_status_url": f"https://{SHOP_DOMAIN}/{store.shop_number}/orders/{order.token}",
        "payment_gateway_names": ["bogus"] if order.paid_at else [],
        "presentment_currency": store.currency,
        "processed_at": local(order.created_at),
        "source_name": order.source_name,
        "tags": ", ".join(order.tags),
        "tax_exempt": False,
        "taxes_included": False,
        "test": False,
        "token": order.token,
        "total_weight": 0,
        "updated_at": local(order.updated_at),
    }


def _amounts(order: Order, currency: str) -> dict[str, Any]:
    now, first = order.current_total_minor, order.total_minor
    paid = order.paid_at is not None
    amounts = dict.fromkeys(_ZERO, 0) | {
        "current_subtotal_price": now,
        "current_total_price": now,
        "subtotal_price": now,
        "total_line_items_price": first,
        "total_price": first,
    }
    plain_too = set(amounts) - {
        "current_shipping_price",
        "total_cash_rounding_payment_adjustment",
        "total_cash_rounding_refund_adjustment",
        "total_shipping_price",
    }
    return (
        {f"{name}_set": both(minor, currency) for name, minor in amounts.items()}
        | {name: decimal(amounts[name]) for name in plain_too}
        | {"total_outstanding": decimal(0 if paid else now), "total_tip_received": "0.00"}
    )


def edit_body(order: Order, line: Line, removed: int, store: Store) -> dict[str, Any]:
    """What an edit took out of an order."""
    nothing: dict[str, list[Any]] = {"additions": [], "removals": []}
    return {
        "order_edit": {
            "id": store.next_number(),
            "app_id": None,
            "committed_at": local(order.updated_at),
            "created_at": local(order.updated_at),
            "discounts": {"line_item": nothing},
            "line_items": {"additions": [], "removals": [{"id": line.number, "delta": removed}]},
            "notify_customer": False,
            "order_id": order.number,
            "shipping_lines": nothing,
            "staff_note": "",
            "user_id": store.shop_number,
        }
    }


def _fulfillments(order: Order, store: Store) -> list[dict[str, Any]]:
    return [
        _fulfillment(order, line, allocation, store)
        for line in order.lines
        for allocation in line.allocations
        if allocation.fulfilled
    ]


def _fulfillment(order: Order, line: Line, allocation: Allocation, store: Store) -> dict[str, Any]:
    body = line_body(line, store)
    del body["attributed_staffs"], body["sales_line_item_group_id"]
    return {
        "id": allocation.number,
        "admin_graphql_api_id": f"gid://shopify/Fulfillment/{allocation.number}",
        "created_at": local(order.updated_at),
        "line_items": [
            body
            | {
                "quantity": allocation.fulfilled,
                "product_id": line.variant.product.number,
                "variant_id": line.variant.number,
                "fulfillment_status": "fulfilled",
            }
        ],
        "location_id": allocation.location.number,
        "name": f"{order.name}.1",
        "order_id": order.number,
        "origin_address": {},
        "receipt": {},
        "service": "manual",
        "shipment_status": None,
        "status": "success",
        "tracking_company": None,
        "tracking_number": None,
        "tracking_numbers": [],
        "tracking_url": None,
        "tracking_urls": [],
        "updated_at": local(order.updated_at),
    }


def _local(moment: datetime | None) -> str | None:
    return None if moment is None else local(moment)
