"""The practice app's and shop's fixed names and keys: invented, public, the same in every run."""

KEYSTRING = "practice4e7fq1keystring0"
SHARED_SECRET = "sharedpr4c"  # noqa: S105 - a made-up key of a made-up app
APPLICATION_ID = 512_340_000_077

SHOP_ID = 61_234_567
USER_ID = 87_654_321
SHOP_NAME = "StonefieldJewels"
CURRENCY = "USD"

SCOPES = (
    "address_r",
    "address_w",
    "email_r",
    "listings_d",
    "listings_r",
    "listings_w",
    "profile_r",
    "profile_w",
    "shops_r",
    "shops_w",
    "transactions_r",
    "transactions_w",
)

CALLBACKS = ("http://localhost:3003/oauth/redirect", "http://127.0.0.1:8378/callback")
"""Redirect addresses registered from the start: of Etsy's own tutorial, and the one that the
practice Shopify has, too. Others are added in the practice portal."""
