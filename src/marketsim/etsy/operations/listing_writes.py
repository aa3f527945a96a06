"""Creating, changing and deleting listings."""

from marketsim.etsy.asked import Answer, Asked
from marketsim.etsy.inventory_body import price_minor
from marketsim.etsy.inventory_rules import check_price, check_quantity
from marketsim.etsy.life import LISTING_LASTS
from marketsim.etsy.operation import Operation
from marketsim.etsy.operations import listing_parts
from marketsim.etsy.operations.listing_fields import KNOWN, with_fields
from marketsim.etsy.operations.listing_parts import images_of
from marketsim.etsy.operations.listing_reads import find
from marketsim.etsy.records import Details, Listing, Product
from marketsim.etsy.refusals import bad, refused
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.listings import listing as shown_listing
from marketsim.etsy.wording import check_title

NEEDED = ("quantity", "title", "description", "price", "who_made", "when_made", "taxonomy_id")
NEEDED_TO_SHIP = ("shipping_profile_id", "readiness_state_id")


def create_draft(shop: Shop, asked: Asked) -> Answer:
    """A new draft; a state cannot be asked for."""
    form = asked.form
    for name in NEEDED:
        form.needed(name)
    if form.text("type") != "download":
        for name in NEEDED_TO_SHIP:
            form.needed(name)
    listing = _draft(shop, asked)
    shop.life.begin(listing)
    shop.stock.announce(listing, by="app")
    shop.notices.of_listing("created", listing)
    shop.notices.of_inventory("created", listing)
    if shop.strikes("created_but_500"):
        raise refused(500, "Server error")
    return Answer(shown_listing(shop, listing), 201)


def update_listing(shop: Shop, asked: Asked) -> Answer:
    """Change what is said of a listing, or its state; never price, quantity or SKU."""
    form, listing = asked.form, find(shop, asked.path["listing_id"])
    state = form.choice("state", ("active", "inactive"))
    title, description = form.text("title"), form.text("description")
    if title is not None:
        check_title(title)
    if description == "":
        raise bad("Description must not be empty")
    details = with_fields(shop, listing.details, form)
    images = images_of(shop, listing, form)
    if shop.strikes("write_without_effect"):
        return Answer(shown_listing(shop, listing) | ({"state": state} if state else {}))
    before = (listing.details, listing.images, listing.before)
    shop.remember(listing)
    listing.details = details
    listing.images = listing.images if images is None else images
    try:
        _change_state(shop, listing, state)
    except Exception:
        listing.details, listing.images, listing.before = before
        raise
    listing.title = title or listing.title
    listing.description = description or listing.description
    if state is None:
        listing.updated_at = shop.store.now()
        shop.notices.of_listing("updated", listing)
    return Answer(shown_listing(shop, listing))


def delete_listing(shop: Shop, asked: Asked) -> Answer:
    """Remove a listing for good."""
    shop.life.delete(find(shop, asked.path["listing_id"]), by="app")
    return Answer(None, 204)


def _change_state(shop: Shop, listing: Listing, state: str | None) -> None:
    if state == "active":
        shop.life.activate(listing, by="app")
    elif state == "inactive":
        shop.life.deactivate(listing, by="app")


def _draft(shop: Shop, asked: Asked) -> Listing:
    form, store = asked.form, shop.store
    title = form.needed("title")
    check_title(title)
    price = price_minor(form.number("price") or 0)
    check_price(price)
    quantity = form.integer("quantity") or 0
    check_quantity(quantity, least=1)
    taxonomy_id = form.integer("taxonomy_id", least=1) or 0
    details = with_fields(shop, Details(taxonomy_id=taxonomy_id), form)
    now = store.now()
    listing = Listing(
        id=store.new_id("listing"),
        title=title,
        description=form.needed("description"),
        state="draft",
        details=details,
        created_at=now,
        updated_at=now,
        state_at=now,
        ends_at=now + LISTING_LASTS,
        products=[],
    )
    listing.images = images_of(shop, listing, form) or []
    listing.products = [
        Product(
            id=store.new_id("product"),
            offering_id=store.new_id("offering"),
            unit=listing.next_unit(),
            parts=(),
            sku="",
            price_minor=price,
            quantity=quantity,
            readiness_state_id=details.readiness_state_id,
        )
    ]
    return listing


OPERATIONS = (
    Operation(
        name="createDraftListing",
        method="POST",
        path="/shops/{shop_id}/listings",
        scope="listings_w",
        act=create_draft,
        takes="form",
        known=KNOWN | {"quantity", "price"},
    ),
    Operation(
        name="updateListing",
        method="PATCH",
        path="/shops/{shop_id}/listings/{listing_id}",
        scope="listings_w",
        act=update_listing,
        takes="form",
        known=KNOWN | {"state"},
    ),
    Operation(
        name="deleteListing",
        method="DELETE",
        path="/listings/{listing_id}",
        scope="listings_d",
        act=delete_listing,
    ),
    *listing_parts.OPERATIONS,
)
