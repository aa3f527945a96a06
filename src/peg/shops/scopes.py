"""What each scope is for, so that a missing one can be named by what will not work."""

from collections.abc import Collection, Iterable, Mapping

from peg.domain.identity import Channel
from peg.marketplaces.port import MissingScope

NEEDED: Mapping[Channel, Mapping[str, str]] = {
    Channel.SHOPIFY: {
        "read_products": "importing what the shop sells",
        "read_inventory": "reading stock",
        "write_inventory": "taking sold pieces off sale",
        "read_locations": "knowing where pieces lie",
        "read_orders": "taking in sales",
        "read_merchant_managed_fulfillment_orders": "knowing from which place a sale is shipped",
    },
    Channel.ETSY: {
        "shops_r": "knowing which shop this is",
        "listings_r": "importing what the shop sells, and reading stock",
        "listings_w": "taking sold pieces off sale",
        "transactions_r": "taking in sales",
    },
}

ASKED: Mapping[Channel, tuple[str, ...]] = {
    Channel.SHOPIFY: tuple(NEEDED[Channel.SHOPIFY]),
    # All at once: asking for one more later sends the seller through the consent page again.
    Channel.ETSY: (
        "listings_r",
        "listings_w",
        "listings_d",
        "transactions_r",
        "transactions_w",
        "shops_r",
        "shops_w",
    ),
}

CANCELLING = "write_orders"
"""What Shopify wants of who cancels an order. PEG works without: then a person cancels it."""

_GRANTED_BY: Mapping[Channel, str] = {
    Channel.SHOPIFY: (
        "grant that in the app's settings in Shopify's Dev Dashboard, release that version of the"
        " app, and connect again"
    ),
    Channel.ETSY: (
        "connect again by the browser, without `--refresh-token`, and allow everything that is"
        " asked there; a token keeps the scopes it was made with"
    ),
}


def check_scopes(channel: Channel, granted: Iterable[str]) -> frozenset[str]:
    """All that was granted, implied scopes included.

    Raises:
        MissingScope: something PEG cannot work without was not granted.
    """
    have = frozenset(granted)
    if channel is Channel.SHOPIFY:
        # Shopify leaves out the right to read where the right to write was given.
        have |= {scope.replace("write_", "read_", 1) for scope in have}
    if missing := NEEDED[channel].keys() - have:
        raise not_granted(channel, missing)
    return have


def not_granted(channel: Channel, missing: Collection[str]) -> MissingScope:
    """Everything that is missing, what each is for, and how it is granted."""
    uses = NEEDED[channel].items()
    lost = "; ".join(
        f"without {scope} there is no {use}" for scope, use in uses if scope in missing
    )
    return MissingScope(f"{lost}: {_GRANTED_BY[channel]}")
