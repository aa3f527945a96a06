"""The practice shop's fixed names and keys: invented, public, and the same in every run."""

SHOP = "stonefield-jewels"
SHOP_DOMAIN = f"{SHOP}.myshopify.com"
SHOP_NAME = "Stonefield Jewels"
SHOP_TIMEZONE = "America/New_York"

CLIENT_ID = "5f0a2c1be94d4c7a8d3e61b2f7095c84"
CLIENT_SECRET = "shpss_practice_0b6f43f1c2"  # noqa: S105 - a made-up key of a made-up shop
APP_NAME = "PEG"

CALLBACKS = ("http://127.0.0.1:8378/callback",)
"""Redirect addresses registered from the start; others are added in the practice dashboard."""

SCOPES = (
    "read_all_orders",
    "read_files",
    "read_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "read_orders",
    "read_products",
    "read_publications",
    "write_files",
    "write_inventory",
    "write_orders",
    "write_products",
    "write_publications",
)
"""What the app may ask for. `read_all_orders` must be asked for by name; see `DEFAULT_SCOPES`."""

DEFAULT_SCOPES = tuple(scope for scope in SCOPES if scope != "read_all_orders")
"""What a client-credentials token holds: orders older than 60 days stay hidden."""
