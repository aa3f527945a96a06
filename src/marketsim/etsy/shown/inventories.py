"""A listing's inventory."""

from typing import Any

from marketsim.etsy.records import Listing, Product, PropertyValue
from marketsim.etsy.shown.money import money


def inventory(listing: Listing, *, blank_skus: bool = False) -> dict[str, Any]:
    """ListingInventory. What it adds to each part is refused by PUT."""
    return {
        "products": [_product(product, blank_sku=blank_skus) for product in listing.products],
        "price_on_property": list(listing.varies.price),
        "quantity_on_property": list(listing.varies.quantity),
        "sku_on_property": list(listing.varies.sku),
        "readiness_state_on_property": list(listing.varies.readiness),
    }


def _product(product: Product, *, blank_sku: bool) -> dict[str, Any]:
    return {
        "product_id": product.id,
        "sku": "" if blank_sku else product.sku,
        "is_deleted": False,
        "offerings": [
            {
                "offering_id": product.offering_id,
                "quantity": product.quantity,
                "is_enabled": product.is_enabled,
                "is_deleted": False,
                "price": money(product.price_minor),
                "readiness_state_id": product.readiness_state_id,
            }
        ],
        "property_values": [property_value(value) for value in product.values],
    }


def property_value(value: PropertyValue) -> dict[str, Any]:
    """ListingPropertyValue."""
    return {
        "property_id": value.property_id,
        "property_name": value.name,
        "scale_id": value.scale_id,
        "scale_name": value.scale_name,
        "value_ids": list(value.value_ids),
        "values": list(value.values),
    }
