"""Reading listings, alone, in batches and by shop."""

from collections.abc import Callable
from typing import Any

from marketsim.etsy.asked import DOWNWARDS, UPWARDS, Answer, Asked
from marketsim.etsy.inventory import looked_at
from marketsim.etsy.operation import Operation
from marketsim.etsy.records import STATES, Listing, Read
from marketsim.etsy.refusals import bad, not_found
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.inventories import inventory
from marketsim.etsy.shown.listings import with_included
from marketsim.etsy.staleness import as_seen, see

INCLUDED = ("Images", "Shop", "User", "Translations", "Videos", "Personalization", "BuyerPrice")
INCLUDED_BY_SHOP = (*INCLUDED, "Inventory", "Shipping")
BATCH_MAX = 100
ORDER: dict[str, Callable[[Listing], Any]] = {
    "created": lambda it: (it.created_at, it.id),
    "updated": lambda it: (it.updated_at, it.id),
    "price": lambda it: (min(product.price_minor for product in it.products), it.id),
    "score": lambda it: (it.created_at, it.id),
}


def find(shop: Shop, number: int) -> Listing:
    """A listing that is there.

    Raises:
        Refusal: 404.
    """
    listing = shop.store.listings.get(number)
    if listing is None:
        raise not_found(f"a listing with listing_id = {number}")
    return listing


def batch_ids(asked: Asked) -> list[int]:
    """The listing ids of a batch, 1 to 100."""
    ids = asked.query.integers("listing_ids")
    if not ids:
        raise bad("The request is missing a required field: listing_ids")
    if len(ids) > BATCH_MAX:
        raise bad(f"At most {BATCH_MAX} listing_ids per request")
    return list(dict.fromkeys(ids))


def get_listing(shop: Shop, asked: Asked) -> Answer:
    """One listing; strangers see only what is on sale."""
    included = _included(asked, INCLUDED)
    listing = find(shop, asked.path["listing_id"])
    if not asked.by_owner and listing.state != "active":
        raise not_found(f"a listing with listing_id = {listing.id}")
    seen = see(listing, "listing", now=shop.store.now())
    return Answer(with_included(shop, seen, included, by_owner=asked.by_owner))


def get_listings_by_ids(shop: Shop, asked: Asked) -> Answer:
    """Up to 100 listings; those that are not there are left out."""
    included = _included(asked, INCLUDED)
    found = [shop.store.listings.get(number) for number in batch_ids(asked)]
    now = shop.store.now()
    results = [
        with_included(
            shop, see(it, "batch", now=now), included, by_owner=asked.by_owner, readiness=False
        )
        for it in found
        if it is not None and (asked.by_owner or it.state == "active")
    ]
    return Answer({"count": len(results), "results": results})


def get_listings_inventory(shop: Shop, asked: Asked) -> Answer:
    """Up to 100 listings with their inventories; one unknown id refuses all."""
    listings = [find(shop, number) for number in batch_ids(asked)]
    results = []
    for listing in listings:
        seen = look_into(shop, listing, "inventories")
        shown = with_included(shop, seen, frozenset(), by_owner=True, readiness=False)
        results.append(shown | {"inventory": shop.overnight.without_part(inventory(seen))})
    return Answer({"count": len(results), "results": results})


def look_into(shop: Shop, listing: Listing, read: Read) -> Listing:
    """The listing as this read of its inventory sees it.

    Only who was shown the truth has seen every sale; but who was shown an old figure has just read
    all the same, and cannot tell.
    """
    now = shop.store.now()
    seen = see(listing, read, now=now)
    if seen is listing:
        listing.read_at_step = shop.store.step
        for product in listing.products:
            shop.store.seen.read(product.unit)
    was = listing.before if seen is not listing else None
    looked_at(listing, seen, now=now, as_of=was.since if was else now)
    return seen


def get_listings_by_shop(shop: Shop, asked: Asked) -> Answer:
    """A page of the shop's listings in one state; what a row still shows, its place does too."""
    state = asked.query.choice("state", STATES) or "active"
    limit, offset = asked.query.page()
    by = asked.query.choice("sort_on", tuple(ORDER)) or "created"
    upwards = asked.query.choice("sort_order", (*UPWARDS, *DOWNWARDS)) in UPWARDS
    included = _included(asked, INCLUDED_BY_SHOP)
    now = shop.store.now()
    rows = [it for it in shop.store.newest_first() if as_seen(it, "list", now=now).state == state]
    if by != "created" or upwards:
        rows.sort(key=ORDER[by], reverse=not upwards)
    page = shop.pages.cut(rows, limit=limit, offset=offset)
    return Answer({"count": len(rows), "results": [_row(shop, it, included) for it in page]})


def _row(shop: Shop, listing: Listing, included: frozenset[str]) -> dict[str, Any]:
    blank = "Inventory" in included and shop.strikes("blank_skus")
    if "Inventory" in included:
        seen = look_into(shop, listing, "list")
    else:
        seen = see(listing, "list", now=shop.store.now())
    return with_included(shop, seen, included, by_owner=True, blank_skus=blank)


def _included(asked: Asked, known: tuple[str, ...]) -> frozenset[str]:
    included = frozenset(asked.query.texts("includes") or ())
    if included - set(known):
        unknown = ", ".join(sorted(included - set(known)))
        raise bad(f"Value of 'includes' must be one of {', '.join(known)} (got {unknown})")
    return included


OPERATIONS = (
    Operation(
        name="getListingsByListingIds",
        method="GET",
        path="/listings/batch",
        scope=None,
        act=get_listings_by_ids,
        known=frozenset({"listing_ids", "includes", "legacy", "currency", "buyer_country"}),
    ),
    Operation(
        name="getListingsInventoryByListingIds",
        method="GET",
        path="/listings/batch/inventory",
        scope="listings_r",
        act=get_listings_inventory,
        known=frozenset({"listing_ids"}),
    ),
    Operation(
        name="getListing",
        method="GET",
        path="/listings/{listing_id}",
        scope=None,
        act=get_listing,
        known=frozenset({"includes", "language", "allow_suggested_title"}),
    ),
    Operation(
        name="getListingsByShop",
        method="GET",
        path="/shops/{shop_id}/listings",
        scope="listings_r",
        act=get_listings_by_shop,
        known=frozenset({"state", "limit", "offset", "sort_on", "sort_order", "includes"}),
    ),
)
