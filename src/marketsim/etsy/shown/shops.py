"""The shop and its owner."""

from typing import Any

from marketsim.etsy.credentials import CURRENCY, SHOP_ID, SHOP_NAME, USER_ID
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.money import seconds

_TEXTS = (
    "announcement",
    "vacation_message",
    "sale_message",
    "digital_sale_message",
    "policy_welcome",
    "policy_payment",
    "policy_shipping",
    "policy_refunds",
    "policy_additional",
    "policy_seller_info",
    "policy_privacy",
    "vacation_autoreply",
    "image_url_760x100",
    "icon_url_fullxfull",
    "review_average",
)
_NO = (
    "is_vacation",
    "accepts_custom_requests",
    "policy_has_private_receipt_info",
    "has_unstructured_policies",
    "include_dispute_form_link",
    "is_calculated_eligible",
    "is_opted_in_to_buyer_promise",
)
_YES = (
    "is_using_structured_policies",
    "has_onboarded_structured_policies",
    "is_direct_checkout_onboarded",
    "is_etsy_payments_onboarded",
    "is_shop_us_based",
)


def shop_of(shop: Shop) -> dict[str, Any]:
    """Shop."""
    store = shop.store
    opened = seconds(store.opened_at)
    return {
        "shop_id": SHOP_ID,
        "user_id": USER_ID,
        "shop_name": SHOP_NAME,
        "login_name": SHOP_NAME.lower(),
        "title": "Gemstone jewellery, made by hand",
        "currency_code": CURRENCY,
        "create_date": opened,
        "created_timestamp": opened,
        "update_date": opened,
        "updated_timestamp": opened,
        "policy_update_date": opened,
        "listing_active_count": sum(1 for it in store.listings.values() if it.state == "active"),
        "digital_listing_count": 0,
        "url": f"{shop.public_url}/shop/{SHOP_NAME}",
        "num_favorers": 0,
        "languages": ["en-US"],
        "transaction_sold_count": len(store.receipts),
        "shipping_from_country_iso": "US",
        "shop_location_country_iso": "US",
        "review_count": 0,
        **dict.fromkeys(_TEXTS),
        **dict.fromkeys(_NO, False),
        **dict.fromkeys(_YES, True),
    }


def user() -> dict[str, Any]:
    """User: the shop's owner."""
    return {
        "user_id": USER_ID,
        "primary_email": None,
        "first_name": "Stone",
        "last_name": "Field",
        "image_url_75x75": None,
    }
