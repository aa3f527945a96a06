"""Fills the empty shop from the jeweller's catalogue, as years of typing would have left it."""

import itertools
import re
from collections.abc import Callable, Iterator
from html import escape

from marketsim.pieces import Catalogue, Listing, Unit
from marketsim.shopify.records import (
    InventoryItem,
    Level,
    Location,
    OptionRecord,
    Parts,
    Product,
    Publication,
    Variant,
)
from marketsim.shopify.stock import ONLINE_STORE
from marketsim.shopify.store import Store

VENDOR = "Stonefield"
CHANNELS = (ONLINE_STORE, "Point of Sale")


def open_shop(store: Store, catalogue: Catalogue, strikes: Callable[[str], bool]) -> None:
    """Create locations, sales channels and the Shopify listings of the catalogue."""
    store.currency = catalogue.currency
    for name in catalogue.locations:
        number = store.next_number()
        store.locations[number] = Location(number=number, name=name)
    for title in CHANNELS:
        number = store.next_number()
        store.publications[number] = Publication(number=number, title=title)
    store.parts_by_sku.update(_parts_by_sku(catalogue))
    for listing in catalogue.listings:
        if listing.market == "shopify":
            product = _product(store, listing)
            store.add_product(product)
            for variant in reversed(product.variants):
                if variant.sku and store.skus[variant.sku] > 1 and not strikes("duplicate_skus"):
                    store.rename_sku(variant.item, _own_sku(store, variant.sku))


def _own_sku(store: Store, sku: str) -> str:
    """The SKU with the first number behind it that nothing else has."""
    numbered = (f"{sku}-{number}" for number in itertools.count(2))
    return next(it for it in numbered if not store.skus[it])


def _parts_by_sku(catalogue: Catalogue) -> dict[str, Parts]:
    """What is sold under each SKU that means one thing only, on whichever marketplace."""
    known: dict[str, set[Parts]] = {}
    for listing in catalogue.listings:
        for unit in listing.units:
            known.setdefault(unit.sku, set()).add(unit.parts)
    return {sku: parts.pop() for sku, parts in known.items() if sku and len(parts) == 1}


def handles(title: str) -> Iterator[str]:
    """Addresses for a title, each longer than the one before: `gold-ring`, `gold-ring-1`, ..."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "product"
    yield plain
    yield from (f"{plain}-{number}" for number in itertools.count(1))


def _product(store: Store, listing: Listing) -> Product:
    now = store.now()
    product = Product(
        number=store.next_number(),
        title=listing.title,
        handle=store.free_handle(handles(listing.title)),
        vendor=VENDOR,
        product_type=listing.category,
        description_html=f"<p>{escape(listing.description)}</p>",
        tags=sorted(listing.tags),
        published_on=set(store.publications),
        published_at=now,
        created_at=now,
        updated_at=now,
    )
    product.options = _options(store, listing)
    for position, unit in enumerate(listing.units, start=1):
        product.variants.append(_variant(store, product, unit, position))
    return product


def _options(store: Store, listing: Listing) -> list[OptionRecord]:
    values: dict[str, dict[str, int]] = {}
    for unit in listing.units:
        for option in unit.options:
            known = values.setdefault(option.name, {})
            if option.value not in known:
                known[option.value] = store.next_number()
    found = values or {"Title": {"Default Title": store.next_number()}}
    return [
        OptionRecord(number=store.next_number(), name=name, values=known)
        for name, known in found.items()
    ]


def _variant(store: Store, product: Product, unit: Unit, position: int) -> Variant:
    now = store.now()
    item = InventoryItem(
        number=store.next_number(),
        sku=unit.sku or None,
        tracked=unit.tracked,
        created_at=now,
        updated_at=now,
    )
    for location, available in zip(store.locations.values(), unit.stock, strict=False):
        item.levels[location.number] = _level(store, item, location, available)
    return Variant(
        number=store.next_number(),
        product=product,
        item=item,
        price_minor=unit.price_minor,
        parts=unit.parts,
        options={option.name: option.value for option in unit.options}
        or {"Title": "Default Title"},
        position=position,
        inventory_policy="CONTINUE" if unit.sells_on else "DENY",
        created_at=now,
        updated_at=now,
    )


def _level(store: Store, item: InventoryItem, location: Location, available: int) -> Level:
    now = store.now()
    level = Level(
        number=store.next_number(), item=item, location=location, created_at=now, updated_at=now
    )
    level.quantities["available"] = available
    level.changed_at = {"available": now, "on_hand": now}
    return level
