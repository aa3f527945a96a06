"""Reading and writing one listing's inventory."""

from typing import Any

from marketsim.etsy.asked import Answer, Asked
from marketsim.etsy.inventory import Inventories
from marketsim.etsy.inventory_body import Wanted, check_read_only, problems_of, wanted
from marketsim.etsy.inventory_rules import check
from marketsim.etsy.operation import Operation
from marketsim.etsy.operations.listing_reads import find, look_into
from marketsim.etsy.records import Listing
from marketsim.etsy.refusals import misshapen
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.inventories import inventory
from marketsim.etsy.shown.listings import listing as shown_listing
from marketsim.etsy.shown.money import money


def get_inventory(shop: Shop, asked: Asked) -> Answer:
    """The inventory of a listing."""
    included = asked.query.choice("includes", ("Listing",))
    asked.query.flag("show_deleted")
    listing = find(shop, asked.path["listing_id"])
    seen = look_into(shop, listing, "inventory")
    shown = shop.overnight.without_part(inventory(seen))
    if included:
        shown["listing"] = shown_listing(shop, seen)
    return Answer(shown)


def put_inventory(shop: Shop, asked: Asked) -> Answer:
    """Replace the inventory of a listing."""
    variations = asked.query.choice("max_variations_supported", ("2", "3"))
    listing = find(shop, asked.path["listing_id"])
    want = _wanted(shop, asked)
    check(
        want,
        taxonomy_id=listing.details.taxonomy_id,
        variations_max=3 if variations == "3" else 2,
        readiness_states=_readiness_states(shop, listing),
        zero_refused=shop.strikes("all_zero_refused"),
    )
    inventories = Inventories(shop.store, shop.faults)
    if shop.strikes("write_without_effect"):
        return Answer(_pretended(listing, want))
    shop.remember(listing)
    before = _without_stock(listing)
    gone = inventories.replace(listing, want)
    shop.life.sell_out(listing)
    shop.stock.announce(listing, by="app", gone=gone)
    if _without_stock(listing) != before or not shop.strikes("quantity_is_silent"):
        shop.notices.of_inventory("updated", listing)
    return Answer(shop.overnight.without_part(inventory(listing)))


def _wanted(shop: Shop, asked: Asked) -> Wanted:
    problems = list(problems_of(asked.body))
    if problems:
        raise misshapen(problems, listed=shop.strikes("listed_errors"))
    if shop.strikes("read_fields_refused"):
        check_read_only(asked.body)
    return wanted(asked.body)


def _readiness_states(shop: Shop, listing: Listing) -> set[int | None]:
    known: set[int | None] = set(shop.store.profiles.readiness)
    return known if listing.details.type == "physical" else {*known, None}


def _pretended(listing: Listing, want: Wanted) -> dict[str, Any]:
    """What a write that did nothing says: as if it had been done."""
    shown = inventory(listing)
    for product, wished in zip(shown["products"], want.products, strict=False):
        product["sku"] = wished.sku
        product["offerings"][0] |= {
            "quantity": wished.quantity,
            "price": money(wished.price_minor),
            "is_enabled": wished.is_enabled,
        }
    return shown


def _without_stock(listing: Listing) -> list[object]:
    rows = sorted((p.key, p.sku, p.price_minor, p.is_enabled) for p in listing.products)
    return [*rows, listing.varies]


OPERATIONS = (
    Operation(
        name="getListingInventory",
        method="GET",
        path="/listings/{listing_id}/inventory",
        scope="listings_r",
        act=get_inventory,
        known=frozenset({"show_deleted", "includes"}),
    ),
    Operation(
        name="updateListingInventory",
        method="PUT",
        path="/listings/{listing_id}/inventory",
        scope="listings_w",
        act=put_inventory,
        takes="json",
        known=frozenset({"max_variations_supported"}),
    ),
)
