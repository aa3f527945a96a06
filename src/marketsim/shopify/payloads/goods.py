"""The bodies of products/*, inventory_levels/update and app/uninstalled."""

from typing import Any

from marketsim.shopify.credentials import SHOP_DOMAIN, SHOP_NAME, SHOP_TIMEZONE
from marketsim.shopify.records import Level, Product, Variant
from marketsim.shopify.store import Store
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


def shop_body(store: Store) -> dict[str, Any]:
    """The shop, as app/uninstalled tells it."""
    absent = (
        "address2",
        "auto_configure_tax_inclusivity",
        "county_taxes",
        "created_at",
        "domain",
        "google_apps_domain",
        "google_apps_login_enabled",
        "latitude",
        "longitude",
        "password_enabled",
        "source",
        "tax_shipping",
        "taxes_included",
        "updated_at",
    )
    no = (
        "has_discounts",
        "has_gift_cards",
        "marketing_sms_consent_enabled_at_checkout",
        "pre_launch_enabled",
        "requires_extra_payments_agreement",
        "setup_required",
        "transactional_sms_disabled",
    )
    yes = (
        "checkout_api_supported",
        "eligible_for_payments",
        "finances",
        "has_storefront",
        "multi_location_enabled",
    )
    formats = ("money_format", "money_in_emails_format")
    long_formats = ("money_with_currency_format", "money_with_currency_in_emails_format")
    return (
        dict.fromkeys(absent)
        | dict.fromkeys(no, False)
        | dict.fromkeys(yes, True)
        | dict.fromkeys(formats, "${{amount}}")
        | dict.fromkeys(long_formats, "${{amount}} USD")
        | {
            "id": store.shop_number,
            "name": SHOP_NAME,
            "myshopify_domain": SHOP_DOMAIN,
            "email": "owner@example.com",
            "customer_email": "owner@example.com",
            "shop_owner": "Practice Owner",
            "address1": "1 Workshop Row",
            "city": "New York",
            "province": "New York",
            "province_code": "NY",
            "country": "US",
            "country_code": "US",
            "country_name": "United States",
            "zip": "10001",
            "phone": "555-0199",
            "primary_locale": "en",
            "primary_location_id": next(iter(store.locations), 0),
            "currency": store.currency,
            "enabled_presentment_currencies": [store.currency],
            "timezone": "(GMT-05:00) Eastern Time (US & Canada)",
            "iana_timezone": SHOP_TIMEZONE,
            "weight_unit": "g",
            "plan_name": "basic",
            "plan_display_name": "Basic",
        }
    )
