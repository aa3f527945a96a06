"""Everything inside the shop as JSON: what tests and people compare PEG's beliefs with."""

from datetime import datetime
from typing import Any

from marketsim.shopify.order_records import Order
from marketsim.shopify.records import Product, Variant
from marketsim.shopify.stock import Stock
from marketsim.shopify.store import Store


def report_of(store: Store, stock: Stock) -> dict[str, Any]:
    """Locations, products with stock, and orders."""
    return {
        "locations": [
            {"id": it.gid, "name": it.name, "active": it.is_active}
            for it in store.locations.values()
        ],
        "products": [_product(it, stock) for it in store.products.values()],
        "orders": [_order(it) for it in store.orders.values()],
    }


def _product(product: Product, stock: Stock) -> dict[str, Any]:
    return {
        "id": product.gid,
        "title": product.title,
        "status": product.status,
        "published": bool(product.published_on),
        "tags": product.tags,
        "variants": [_variant(it, stock) for it in product.variants],
    }


def _variant(variant: Variant, stock: Stock) -> dict[str, Any]:
    return {
        "id": variant.gid,
        "inventory_item": variant.item.gid,
        "sku": variant.sku,
        "tracked": variant.item.tracked,
        "price_minor": variant.price_minor,
        "buyable": stock.buyable(variant),
        "parts": [[piece, count] for piece, count in variant.parts],
        "levels": [
            {
                "location": level.location.gid,
                "active": level.is_active,
                "on_hand": level.on_hand,
                "incoming": level.incoming,
                **level.quantities,
            }
            for level in variant.item.levels.values()
        ],
    }


def _order(order: Order) -> dict[str, Any]:
    return {
        "id": order.gid,
        "name": order.name,
        "source": order.source_name,
        "created_at": order.created_at.isoformat(),
        "updated_at": order.updated_at.isoformat(),
        "paid_at": _time(order.paid_at),
        "cancelled_at": _time(order.cancelled_at),
        "financial_status": order.financial_status,
        "paid_minor": 0 if order.payment is None else order.payment.amount_minor,
        "refunded_minor": order.refunded_minor,
        "fulfillment_status": order.fulfillment_status,
        "lines": [
            {
                "id": line.gid,
                "unit": line.variant.gid,
                "sku": line.sku,
                "quantity": line.quantity,
                "current": line.current_quantity,
                "unfulfilled": line.unfulfilled_quantity,
                "fulfilled": line.fulfilled,
                "locations": {a.location.gid: a.quantity for a in line.allocations},
            }
            for line in order.lines
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
