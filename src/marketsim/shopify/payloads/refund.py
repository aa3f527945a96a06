"""The body of refunds/create."""

from typing import Any

from marketsim.shopify.order_records import Order, Refund, RefundLine
from marketsim.shopify.paying import GATEWAY
from marketsim.shopify.payloads.line import line_body
from marketsim.shopify.payloads.money import both
from marketsim.shopify.store import Store
from marketsim.shopify.wording import decimal, local


def refund_body(order: Order, refund: Refund, store: Store) -> dict[str, Any]:
    """A refund with its lines; `restock_type` says what became of the pieces."""
    return {
        "id": refund.number,
        "admin_graphql_api_id": refund.gid,
        "created_at": local(refund.created_at),
        "duties": [],
        "note": refund.note or "",
        "order_adjustments": [],
        "order_id": order.number,
        "processed_at": local(refund.created_at),
        "refund_line_items": [_refund_line(row, store) for row in refund.lines],
        "refund_shipping_lines": [],
        "restock": any(row.restocked for row in refund.lines),
        "return": None,
        "total_duties_set": both(0, store.currency),
        "transactions": _transactions(order, refund, store),
        "user_id": store.shop_number,
    }


def _refund_line(row: RefundLine, store: Store) -> dict[str, Any]:
    subtotal = row.quantity * row.line.price_minor
    line = line_body(row.line, store)
    for name in ("attributed_staffs", "current_quantity", "sales_line_item_group_id"):
        del line[name]
    return {
        "id": row.number,
        "line_item": line,
        "line_item_id": row.line.number,
        "location_id": row.location.number if row.location else None,
        "quantity": row.quantity,
        "restock_type": row.restock_type.lower(),
        "subtotal": subtotal / 100,
        "subtotal_set": both(subtotal, store.currency),
        "total_tax": 0,
        "total_tax_set": both(0, store.currency),
    }


def _transactions(order: Order, refund: Refund, store: Store) -> list[dict[str, Any]]:
    unsettled = {"amount": "0.0", "currency": store.currency}
    return [
        dict.fromkeys(
            ("amount_rounding", "authorization", "device_id", "error_code", "location_id")
        )
        | {
            "id": payment.number,
            "admin_graphql_api_id": payment.gid,
            "amount": decimal(payment.amount_minor),
            "created_at": local(refund.created_at),
            "currency": store.currency,
            "gateway": GATEWAY,
            "kind": "refund",
            "manual_payment_gateway": False,
            "message": None,
            "order_id": order.number,
            "parent_id": payment.parent.number if payment.parent else None,
            "payment_id": f"{order.name}.1",
            "processed_at": local(refund.created_at),
            "receipt": {},
            "source_name": order.source_name,
            "status": payment.status.lower(),
            "test": False,
            "total_unsettled_set": {"presentment_money": unsettled, "shop_money": unsettled},
            "user_id": None,
        }
        for payment in refund.payments
    ]
