"""Variants and levels in PEG's words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.offer import Parts, Reading, RemoteOffer, Shelf
from peg.marketplaces.port import UnexpectedAnswer
from peg.marketplaces.seen import Seen
from peg.marketplaces.shopify.reading import field, goes_on, moment, number, text, whole

_FIGURES = ("available", "on_hand", "committed", "reserved")


def ref_of(variant: Any, shop: ShopId) -> OfferRef:
    """How the variant is named."""
    return OfferRef(
        shop=shop,
        listing=number(field(variant, "product", "id")),
        variant=number(field(variant, "id")),
        stock_unit=number(field(variant, "inventoryItem", "id")),
    )


def reading_of(variant: Any, ref: OfferRef, seen: Seen) -> Reading:
    """What the variant shows, place by place; an inactive level shows nothing."""
    levels = field(variant, "inventoryItem", "inventoryLevels")
    if goes_on(levels):
        raise UnexpectedAnswer("a variant's places were not read to their end")
    active = field(variant, "product", "status") == "ACTIVE"
    parts = {
        number(field(level, "location", "id")): _parts(level) for level in field(levels, "nodes")
    }
    return replace(
        seen.reading(ref, parts, Shelf.LISTED if active else Shelf.WITHDRAWN),
        tracked=bool(field(variant, "inventoryItem", "tracked")),
        oversells=field(variant, "inventoryPolicy") == "CONTINUE",
    )


def remote_offer(variant: Any, shop: ShopId, seen: Seen, *, currency: str) -> RemoteOffer:
    """Everything PEG keeps of a variant at import."""
    ref = ref_of(variant, shop)
    options = {
        text(option, "name"): text(option, "value")
        for option in field(variant, "selectedOptions")
        if field(option, "name") != "Title"
    }
    return RemoteOffer(
        ref=ref,
        reading=reading_of(variant, ref, seen),
        title=text(variant, "product", "title"),
        sku=text(variant, "sku"),
        options=options,
        price=Money.parse(text(variant, "price"), currency),
        tags=tuple(field(variant, "product", "tags")),
    )


def _available_since(level: Any) -> datetime | None:
    since = {text(row, "name"): row.get("updatedAt") for row in field(level, "quantities")}
    return moment(since["available"]) if since["available"] else None


def _parts(level: Any) -> Parts:
    figures: Mapping[str, int] = {
        text(row, "name"): whole(row, "quantity") for row in field(level, "quantities")
    }
    if any(name not in figures for name in _FIGURES):
        raise UnexpectedAnswer("an inventory level lacks one of its figures")
    stocked = bool(field(level, "isActive"))
    available, on_hand, committed, reserved = (figures[name] if stocked else 0 for name in _FIGURES)
    return Parts(
        available=available,
        changed_at=_available_since(level),
        on_hand=on_hand,
        committed=committed,
        reserved=reserved,
        stocked=stocked,
    )
