"""A listing, alone and with what is included."""

from typing import Any

from marketsim.etsy.credentials import SHOP_ID, USER_ID
from marketsim.etsy.records import Image, Listing
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.inventories import inventory
from marketsim.etsy.shown.money import money, seconds
from marketsim.etsy.shown.shops import shop_of, user

LANGUAGES = ("de", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv")


def listing(shop: Shop, it: Listing, *, readiness: bool = True) -> dict[str, Any]:
    """ShopListing; `readiness`: the address is of a kind that tells the readiness state."""
    shown = {
        "listing_id": it.id,
        "user_id": USER_ID,
        "shop_id": SHOP_ID,
        "title": it.title,
        "description": it.description,
        "rich_description": None,
        "state": "edit" if it.reads_edit else it.state,
        "quantity": it.quantity,
        "url": f"{shop.public_url}/listing/{it.id}",
        "num_favorers": 0,
        "is_private": False,
        "file_data": None,
        "has_variations": any(product.values for product in it.products),
        "language": "en-US",
        "price": money(min(product.price_minor for product in it.products)),
        "suggested_title": None,
        **_times(it),
        **_details(it, readiness=readiness and it.state == "active"),
    }
    return shop.overnight.without("listing", shown, key="listing_id")


def with_included(
    shop: Shop,
    it: Listing,
    included: frozenset[str],
    *,
    by_owner: bool,
    readiness: bool = True,
    blank_skus: bool = False,
) -> dict[str, Any]:
    """ShopListingWithAssociations; SKUs only for the owner."""
    hidden = blank_skus or not by_owner
    skus = [] if hidden else [product.sku for product in it.products if product.sku]
    shown = listing(shop, it, readiness=readiness)
    shown |= {"skus": skus, "views": it.views, "production_partners": []}
    if "Images" in included:
        shown["images"] = [image(shop, it, each) for each in it.images]
    if "Videos" in included:
        shown["videos"] = []
    if "Shop" in included:
        shown["shop"] = shop_of(shop)
    if "User" in included:
        shown["user"] = user()
    if "Shipping" in included:
        shown["shipping_profile"] = shop.store.profiles.shipping.get(
            it.details.shipping_profile_id or 0
        )
    if "Translations" in included:
        shown["translations"] = dict.fromkeys(LANGUAGES)
    if "Personalization" in included:
        shown["personalization"] = {"personalization_questions": it.questions}
    if "BuyerPrice" in included:
        shown["buyer_price"] = _buyer_price(it)
    if "Inventory" in included:
        shown["inventory"] = shop.overnight.without_part(inventory(it, blank_skus=hidden))
    return shown


def image(shop: Shop, it: Listing, each: Image) -> dict[str, Any]:
    """ListingImage; colours are worked out later, and are null until then."""
    at = f"{shop.public_url}/images/{each.id}"
    created = seconds(each.created_at)
    unknown = (
        "hex_code",
        "red",
        "green",
        "blue",
        "hue",
        "saturation",
        "brightness",
        "is_black_and_white",
        "full_height",
        "full_width",
    )
    return {
        "listing_id": it.id,
        "listing_image_id": each.id,
        "creation_tsz": created,
        "created_timestamp": created,
        "rank": each.rank,
        "url_75x75": f"{at}/75x75.jpg",
        "url_170x135": f"{at}/170x135.jpg",
        "url_570xN": f"{at}/570xN.jpg",
        "url_fullxfull": f"{at}/fullxfull.jpg",
        "alt_text": each.alt_text,
        **dict.fromkeys(unknown),
    }


def _times(it: Listing) -> dict[str, int]:
    created, updated = seconds(it.created_at), seconds(it.updated_at)
    return {
        "creation_timestamp": created,
        "created_timestamp": created,
        "original_creation_timestamp": created,
        "ending_timestamp": seconds(it.ends_at),
        "last_modified_timestamp": updated,
        "updated_timestamp": updated,
        "state_timestamp": seconds(it.state_at),
    }


def _details(it: Listing, *, readiness: bool) -> dict[str, Any]:
    details = it.details
    return {
        "shop_section_id": details.shop_section_id,
        "featured_rank": -1 if details.featured_rank is None else details.featured_rank,
        "non_taxable": not details.is_taxable,
        "is_taxable": details.is_taxable,
        "is_customizable": details.is_customizable,
        "is_personalizable": details.is_personalizable or bool(it.questions),
        "listing_type": details.type,
        "tags": list(details.tags),
        "materials": list(details.materials),
        "shipping_profile_id": details.shipping_profile_id,
        "return_policy_id": details.return_policy_id,
        "processing_min": details.processing_min,
        "processing_max": details.processing_max,
        "who_made": details.who_made,
        "when_made": details.when_made,
        "is_supply": details.is_supply,
        "item_weight": details.item_weight,
        "item_weight_unit": details.item_weight_unit,
        "item_length": details.item_length,
        "item_width": details.item_width,
        "item_height": details.item_height,
        "item_dimensions_unit": details.item_dimensions_unit,
        "style": list(details.styles),
        "should_auto_renew": details.should_auto_renew,
        "taxonomy_id": details.taxonomy_id,
        "readiness_state_id": details.readiness_state_id if readiness else None,
    }


def _buyer_price(it: Listing) -> dict[str, Any]:
    price = money(min(product.price_minor for product in it.products))
    return {
        "base_price": price,
        "shipping_cost": None,
        "is_free_shipping": False,
        "original_price": price,
        "discounted_price": None,
        "discount_amount": None,
        "discount_percentage": None,
        "has_discount": False,
        "discount_start_epoch": None,
        "discount_end_epoch": None,
    }
