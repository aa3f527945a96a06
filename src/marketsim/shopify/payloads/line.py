"""One line of an order."""

from typing import Any

from marketsim.shopify.order_records import Line
from marketsim.shopify.payloads.money import both
from marketsim.shopify.store import Store
from marketsim.shopify.wording import decimal


def line_body(line: Line, store: Store) -> dict[str, Any]:
    """One line; there is no inventory item in it. Ids of a deleted product are null."""
    here = line.variant.number in store.variants
    zero = both(0, store.currency)
    return {
        "id": line.number,
        "admin_graphql_api_id": line.gid,
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "discount_allocations": [],
        "duties": [],
        "fulfillable_quantity": line.unfulfilled_quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": _line_status(line),
        "gift_card": False,
        "grams": 0,
        "name": f"{line.title} - {line.variant_title}",
        "price": decimal(line.price_minor),
        "price_set": both(line.price_minor, store.currency),
        "product_exists": here,
        "product_id": line.variant.product.number if here else None,
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": True,
        "sales_line_item_group_id": None,
        "sku": line.sku or "",
        "tax_lines": [],
        "taxable": True,
        "title": line.title,
        "total_discount": "0.00",
        "total_discount_set": zero,
        "variant_id": line.variant.number if here else None,
        "variant_inventory_management": "shopify" if line.variant.item.tracked else None,
        "variant_title": line.variant_title,
        "vendor": line.variant.product.vendor,
    }


def _line_status(line: Line) -> str | None:
    if not line.fulfilled:
        return None
    return "partial" if line.unfulfilled_quantity else "fulfilled"
