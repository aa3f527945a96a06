"""The trap of a first read that shows what was before the write."""

from marketsim.etsy.records import Listing
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.inventories import inventory
from marketsim.etsy.shown.listings import listing as shown_listing


def remember(shop: Shop, listing: Listing) -> None:
    """Before a write: now and then, keep what the next read of each kind will still show."""
    if shop.strikes("stale_read"):
        listing.before_write = {
            "inventory": inventory(listing),
            "listing": shown_listing(shop, listing),
        }
