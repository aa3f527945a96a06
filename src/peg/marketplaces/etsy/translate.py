"""Etsy's listings and inventories in PEG's words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money, minor_digits
from peg.domain.offer import ANYWHERE, Parts, Reading, RemoteOffer, Shelf
from peg.marketplaces.etsy.answers import Json, flag, text, thing, things, whole
from peg.marketplaces.etsy.variants import options_of_product, plain, variant_of
from peg.marketplaces.port import UnexpectedAnswer
from peg.marketplaces.seen import Seen

SHELVES: Mapping[str, Shelf] = {
    "active": Shelf.LISTED,
    "inactive": Shelf.WITHDRAWN,
    "edit": Shelf.WITHDRAWN,  # undocumented; how an inactive listing is read back now and then
    "draft": Shelf.WITHDRAWN,
    "expired": Shelf.WITHDRAWN,
    "sold_out": Shelf.SOLD_OUT,
    "removed": Shelf.GONE,
}

SWITCHED_OFF = Shelf.SWITCHED_OFF
"""A product that buyers do not find, whatever the state of its listing and its own quantity."""


def shelf_of(state: str) -> Shelf:
    """What a listing's state means for buyers.

    Raises:
        UnexpectedAnswer: a state nobody knows.
    """
    shelf = SHELVES.get(state)
    if shelf is None:
        raise UnexpectedAnswer(f"Etsy calls a listing {state!r}, which PEG does not know")
    return shelf


def products(inventory: Json) -> list[Json]:
    """The products of a listing that exist; deleted ones would come back to life in a write."""
    return [one for one in things(inventory, "products") if not one.get("is_deleted")]


def tells_all(row: Json) -> bool:
    """Whether a listing among others carries its inventory with every SKU: some come back blank."""
    inventory = row.get("inventory")
    return isinstance(inventory, dict) and all(one.get("sku") for one in products(inventory))


def offering(product: Json) -> Json:
    """The one offering of a product.

    Raises:
        UnexpectedAnswer: none, or several: then a quantity would mean nothing.
    """
    found = [one for one in things(product, "offerings") if not one.get("is_deleted")]
    if len(found) != 1:
        raise UnexpectedAnswer(f"an Etsy product has {len(found)} offerings where one was due")
    return found[0]


def readings(
    shop: ShopId, listing: str, inventory: Json, state: str, seen: Seen
) -> dict[OfferRef, Reading]:
    """What each product of a listing shows, by its reference.

    Raises:
        UnexpectedAnswer: a field is missing, or two products cannot be told apart.
    """
    shelf, found = shelf_of(state), {}
    for product in products(inventory):
        chosen = options_of_product(product)
        variant = variant_of(chosen)
        ref = OfferRef(shop=shop, listing=listing, variant=variant)
        if ref in found:
            raise UnexpectedAnswer(f"listing {listing} has two products with {variant or 'no'!r}")
        one = offering(product)
        parts = {ANYWHERE: Parts(available=whole(one, "quantity"))}
        on_shelf = shelf if flag(one, "is_enabled") else SWITCHED_OFF
        told = seen.reading(ref, parts, on_shelf)
        found[ref] = replace(told, sku=plain(product.get("sku")), options=chosen)
    return found


def gone(ref: OfferRef, seen: Seen) -> Reading:
    """The reading of an offer that is not there any more."""
    return seen.reading(ref, {ANYWHERE: Parts(available=0)}, Shelf.GONE)


def offers(shop: ShopId, listing: Json, inventory: Json, seen: Seen) -> Sequence[RemoteOffer]:
    """Everything PEG keeps of a listing's products."""
    listing_id = str(whole(listing, "listing_id"))
    read = readings(shop, listing_id, inventory, text(listing, "state"), seen)
    found = []
    for product in products(inventory):
        chosen = options_of_product(product)
        ref = OfferRef(shop=shop, listing=listing_id, variant=variant_of(chosen))
        found.append(
            RemoteOffer(
                ref=ref,
                reading=read[ref],
                title=plain(text(listing, "title")),
                sku=plain(product.get("sku")),
                options=chosen,
                price=money(thing(offering(product), "price")),
                tags=tuple(plain(tag) for tag in listing.get("tags") or ()),
                attributes=_attributes(listing),
            )
        )
    return found


def money(amount: Json) -> Money:
    """Etsy's amount and divisor as whole minor units.

    Raises:
        UnexpectedAnswer: finer than the currency's smallest coin.
    """
    currency = text(amount, "currency_code")
    exact = price_of(amount).scaleb(minor_digits(currency))
    if exact != exact.to_integral_value():
        raise UnexpectedAnswer(f"Etsy gives a price finer than {currency} has coins")
    return Money(int(exact), currency)


def price_of(amount: Json) -> Decimal:
    """Etsy's amount and divisor as an exact decimal number."""
    divisor = whole(amount, "divisor")
    if divisor <= 0:
        raise UnexpectedAnswer(f"Etsy divides a price by {divisor}")
    return Decimal(whole(amount, "amount")) / divisor


def _attributes(listing: Json) -> dict[str, str]:
    kept: dict[str, Any] = {
        "state": listing.get("state"),
        "taxonomy_id": listing.get("taxonomy_id"),
        "when_made": listing.get("when_made"),
        "materials": ", ".join(plain(one) for one in listing.get("materials") or ()),
    }
    return {name: str(value) for name, value in kept.items() if value}
