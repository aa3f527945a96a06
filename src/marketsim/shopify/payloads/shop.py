"""The body of app/uninstalled: the shop."""

from typing import Any

from marketsim.shopify.credentials import SHOP_DOMAIN, SHOP_NAME, SHOP_TIMEZONE
from marketsim.shopify.store import Store

_ABSENT = (
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
_NO = (
    "has_discounts",
    "has_gift_cards",
    "marketing_sms_consent_enabled_at_checkout",
    "pre_launch_enabled",
    "requires_extra_payments_agreement",
    "setup_required",
    "transactional_sms_disabled",
)
_YES = (
    "checkout_api_supported",
    "eligible_for_payments",
    "finances",
    "has_storefront",
    "multi_location_enabled",
)
_FORMATS = {
    "money_format": "${{amount}}",
    "money_in_emails_format": "${{amount}}",
    "money_with_currency_format": "${{amount}} USD",
    "money_with_currency_in_emails_format": "${{amount}} USD",
}
_PLACE = {
    "address1": "1 Workshop Row",
    "city": "New York",
    "province": "New York",
    "province_code": "NY",
    "country": "US",
    "country_code": "US",
    "country_name": "United States",
    "zip": "10001",
    "phone": "555-0199",
    "timezone": "(GMT-05:00) Eastern Time (US & Canada)",
    "iana_timezone": SHOP_TIMEZONE,
}


def shop_body(store: Store) -> dict[str, Any]:
    """The shop as it is when the app goes."""
    return (
        dict.fromkeys(_ABSENT)
        | dict.fromkeys(_NO, False)
        | dict.fromkeys(_YES, True)
        | _FORMATS
        | _PLACE
        | {
            "id": store.shop_number,
            "name": SHOP_NAME,
            "myshopify_domain": SHOP_DOMAIN,
            "email": "owner@example.com",
            "customer_email": "owner@example.com",
            "shop_owner": "Practice Owner",
            "primary_locale": "en",
            "primary_location_id": next(iter(store.locations), 0),
            "currency": store.currency,
            "enabled_presentment_currencies": [store.currency],
            "weight_unit": "g",
            "plan_name": "basic",
            "plan_display_name": "Basic",
        }
    )
