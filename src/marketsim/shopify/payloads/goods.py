"""The bodies of products/* and inventory_levels/update."""

from typing import Any

from marketsim.shopify.credentials import SHOP_DOMAIN
from marketsim.shopify.records import Level, Product, Variant
from marketsim.shopify.wording import decimal, local, utc

FULL_VARIANTS_MAX = 100


def level_body(level: Level) -> dict[str, Any]:
    """No delta, no cause: a person's edit and one's own echo look alike."""
    return {
        "admin_graphql_api_id": level.gid,
        "inventory_item_id": level.item.number,
        "location_id": level.location.number,
        "available": level.quantities["available"] if level.item.tracked else None,
        "updated_at": local(level.updated_at),
    }


def product_body(product: Product) -> dict[str, Any]:
    """A product; above a hundred variants only their ids follow."""
    image = _image(product)
    return {
        "id": product.number,
        "admin_graphql_api_id": product.gid,
        "body_html": product.description_html,
        "category": None,
        "created_at": local(product.created_at),
        "handle": product.handle,
        "has_variants_that_requires_components": False,
        "image": image,
        "images": [image],
        "media": [],
        "options": [
            {
                "id": option.number,
                "product_id": product.number,
                "name": option.name,
                "position": position,
                "values": list(option.values),
            }
            for position, option in enumerate(product.options, start=1)
        ],
        "product_type": product.product_type,
        "published_at": local(product.published_at) if product.published_at else None,
        "published_scope": "global",
        "status": product.status.lower(),
        "tags": ", ".join(product.tags),
        "template_suffix": None,
        "title": product.title,
        "updated_at": local(product.updated_at),
        "variant_gids": [
            {"admin_graphql_api_id": it.gid, "updated_at": utc(it.updated_at)}
            for it in product.variants
        ],
        "variants": [_variant(it) for it in product.variants[:FULL_VARIANTS_MAX]],
        "vendor": product.vendor,
    }


def _variant(variant: Variant) -> dict[str, Any]:
    options = [*variant.options.values(), None, None, None][:3]
    quantity = sum(level.quantities["available"] for level in variant.item.levels.values())
    compare = variant.compare_at_minor
    return {
        "id": variant.number,
        "admin_graphql_api_id": variant.gid,
        "barcode": variant.barcode,
        "compare_at_price": None if compare is None else decimal(compare),
        "created_at": local(variant.created_at),
        "image_id": None,
        "inventory_item_id": variant.item.number,
        "inventory_policy": variant.inventory_policy.lower(),
        "inventory_quantity": quantity,
        "old_inventory_quantity": quantity,
        "option1": options[0] or "Default Title",
        "option2": options[1],
        "option3": options[2],
        "position": variant.position,
        "price": decimal(variant.price_minor),
        "product_id": variant.product.number,
        "sku": variant.sku,
        "taxable": True,
        "title": variant.title,
        "updated_at": local(variant.updated_at),
    }


def _image(product: Product) -> dict[str, Any]:
    number = product.number + 1
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/ProductImage/{number}",
        "alt": None,
        "created_at": local(product.created_at),
        "updated_at": local(product.created_at),
        "height": 1000,
        "width": 1000,
        "position": 1,
        "product_id": product.number,
        "src": f"https://{SHOP_DOMAIN}/cdn/shop/files/{product.handle}.jpg",
        "variant_ids": [],
    }
