"""Everything inside the shop as JSON: what tests and people compare an app's beliefs with."""

from typing import Any

from marketsim.etsy.receipts import Receipt
from marketsim.etsy.records import Listing
from marketsim.etsy.shop import Shop
from marketsim.etsy.stock import on_sale

FEES = ("listing", "renew_after_sale", "renew_sold", "renew_expired")


def report_of(shop: Shop) -> dict[str, Any]:
    """Listings with stock, receipts, calls, fees, sales overwritten, faults."""
    store = shop.store
    return {
        "listings": [_listing(listing) for listing in store.listings.values()],
        "receipts": [_receipt(receipt) for receipt in store.receipts.values()],
        "overwrote_sale": [
            {
                "listing": each.listing,
                "unit": each.unit,
                "sold": each.sold,
                "quantity_before": each.quantity_before,
                "quantity_after": each.quantity_after,
                "at": each.at.isoformat(),
            }
            for each in store.overwritten
        ],
        "fees": {kind: shop.account.count(kind) for kind in FEES},
        "calls": shop.tally.report() | {"counted_today": shop.limits.used_today},
        "webhooks": {
            endpoint.id: {"url": endpoint.url, "events": sorted(endpoint.events)}
            for endpoint in shop.notices.endpoints.values()
        },
        "faults": {"rates": shop.faults.rates(), "struck": dict(shop.faults.struck)},
    }


def _listing(listing: Listing) -> dict[str, Any]:
    return {
        "id": listing.id,
        "title": listing.title,
        "state": listing.state,
        "quantity": listing.quantity,
        "auto_renews": listing.details.should_auto_renew,
        "ends_at": listing.ends_at.isoformat(),
        "products": [
            {
                "unit": product.unit,
                "product_id": product.id,
                "sku": product.sku,
                "quantity": product.quantity,
                "buyable": on_sale(listing, product),
                "price_minor": product.price_minor,
                "enabled": product.is_enabled,
                "values": {value.name: list(value.values) for value in product.values},
                "parts": [[piece, count] for piece, count in product.parts],
            }
            for product in listing.products
        ],
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "status": receipt.status,
        "created_at": receipt.created_at.isoformat(),
        "visible_at": receipt.visible_at.isoformat(),
        "updated_at": receipt.updated_at.isoformat(),
        "shipped": receipt.shipped_at is not None,
        "refunded_minor": receipt.refunded_minor,
        "lines": [
            {
                "id": line.id,
                "listing": line.listing.id,
                "unit": line.unit,
                "sku": line.sku,
                "quantity": line.quantity,
                "refunded": line.refunded,
            }
            for line in receipt.transactions
        ],
    }
