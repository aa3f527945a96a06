"""The shop's database: every record by its number, and the numbers it hands out."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from random import Random
from uuid import UUID

from marketsim.clock import MarketClock
from marketsim.seen import Seen
from marketsim.shopify.order_records import FulfillmentOrder, Job, Order, Refund
from marketsim.shopify.records import (
    InventoryItem,
    Level,
    Location,
    Metafield,
    MetafieldDefinition,
    Parts,
    Product,
    Publication,
    Variant,
)

WIDE_ID_BASE = 9_100_000_000_000_000
NARROW_ID_BASE = 7_900_000_000_000
_GID = re.compile(r"gid://shopify/([A-Za-z]+)/([0-9]+)(?:\?inventory_item_id=([0-9]+))?\Z")
_TEXT_GID = re.compile(r"gid://shopify/([A-Za-z]+)/([A-Za-z0-9-]+)\Z")


class NotAGlobalId(Exception):
    """The text is no `gid://shopify/...`."""


class Store:
    """Everything the shop remembers; records keep the order of their creation."""

    def __init__(self, *, clock: MarketClock, rng: Random, wide_ids: bool) -> None:
        self._clock = clock
        self._rng = rng
        self._last = WIDE_ID_BASE if wide_ids else NARROW_ID_BASE
        self.currency = "USD"
        self.seen = Seen(clock.now)
        self.shop_number = self.next_number()
        self.locations: dict[int, Location] = {}
        self.products: dict[int, Product] = {}
        self.variants: dict[int, Variant] = {}
        self.items: dict[int, InventoryItem] = {}
        self.levels: dict[int, Level] = {}
        self.levels_at: dict[int, list[Level]] = {}
        self.publications: dict[int, Publication] = {}
        self.orders: dict[int, Order] = {}
        self.refunds: dict[int, Refund] = {}
        self.shipments: dict[int, FulfillmentOrder] = {}
        self.jobs: dict[str, Job] = {}
        self.definitions: dict[int, MetafieldDefinition] = {}
        self.metafields: dict[tuple[str, str, str], Metafield] = {}
        self.metafields_of: dict[str, list[Metafield]] = {}
        self.handles: dict[str, Product] = {}
        self.skus: Counter[str] = Counter()
        self.ever_sold: dict[str, Variant] = {}
        self.parts_by_sku: dict[str, Parts] = {}
        self._shelves: dict[str, Mapping[int, object]] = {
            "Location": self.locations,
            "Product": self.products,
            "ProductVariant": self.variants,
            "InventoryItem": self.items,
            "Order": self.orders,
            "Refund": self.refunds,
            "FulfillmentOrder": self.shipments,
            "Publication": self.publications,
            "MetafieldDefinition": self.definitions,
        }

    def shelve(self, kind: str, records: Mapping[int, object]) -> None:
        """Let `find` look for this kind of global id among these records."""
        self._shelves[kind] = records

    def now(self) -> datetime:
        """The market's time in whole seconds, as Shopify keeps its times."""
        return self._clock.now().replace(microsecond=0)

    def exact_now(self) -> datetime:
        """The market's time, fractions included."""
        return self._clock.now()

    def next_number(self) -> int:
        """A fresh id, above every earlier one."""
        self._last += self._rng.randrange(1, 32_768)
        return self._last

    def uuid(self) -> str:
        """A random name."""
        return str(UUID(int=self._rng.getrandbits(128), version=4))

    def add_product(self, product: Product) -> None:
        """Remember a product and all that hangs on it."""
        self.products[product.number] = product
        self.handles[product.handle] = product
        for variant in product.variants:
            self.add_variant(variant)

    def add_variant(self, variant: Variant) -> None:
        """Remember a variant with its item and levels."""
        self.variants[variant.number] = variant
        self.items[variant.item.number] = variant.item
        if variant.parts:
            self.ever_sold[variant.gid] = variant
        variant.item.variant = variant
        self.skus[variant.item.sku or ""] += 1
        for level in variant.item.levels.values():
            self.add_level(level)

    def add_level(self, level: Level) -> None:
        """Remember stock of an item at a location."""
        level.item.levels[level.location.number] = level
        self.levels[level.number] = level
        self.levels_at.setdefault(level.location.number, []).append(level)

    def remove_variant(self, variant: Variant) -> None:
        """Forget a variant; orders keep their own copy."""
        del self.variants[variant.number]
        del self.items[variant.item.number]
        self.skus[variant.item.sku or ""] -= 1
        for level in variant.item.levels.values():
            del self.levels[level.number]
            self.levels_at[level.location.number].remove(level)

    def remove_product(self, product: Product) -> None:
        """Forget a product and its variants."""
        del self.products[product.number]
        del self.handles[product.handle]
        for variant in product.variants:
            self.remove_variant(variant)

    def rename_sku(self, item: InventoryItem, sku: str | None) -> None:
        """Give an item another SKU."""
        self.skus[item.sku or ""] -= 1
        item.sku = sku
        self.skus[sku or ""] += 1

    def free_handle(self, wanted: Iterable[str]) -> str:
        """The first of the wanted handles that no product has."""
        return next(handle for handle in wanted if handle not in self.handles)

    def find(self, gid: str) -> object | None:
        """The record of a global id, or nothing.

        Raises:
            NotAGlobalId: the text is not one.
        """
        kind, number, item = taken_apart(gid)
        if kind == "InventoryLevel":
            level = self.levels.get(int(number))
            return level if level and item in (None, level.item.number) else None
        if kind == "Job":
            return self.jobs.get(number)
        return self._shelves.get(kind, {}).get(int(number)) if number.isdigit() else None


def taken_apart(gid: str) -> tuple[str, str, int | None]:
    """Kind, number as text, and the item of a level's id."""
    if match := _GID.match(gid):
        item = match[3]
        return match[1], match[2], int(item) if item else None
    if match := _TEXT_GID.match(gid):
        return match[1], match[2], None
    raise NotAGlobalId(gid)


def parse_gid(gid: str, kind: str) -> int | None:
    """The number of a global id of this kind; nothing if it is of another kind.

    Raises:
        NotAGlobalId: the text is not one.
    """
    found, number, _ = taken_apart(gid)
    return int(number) if found == kind and number.isdigit() else None
