"""Listings with their products, as Etsy holds them inside. Money is in minor units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from marketsim.market import UnitId
from marketsim.pieces import PieceId

State = Literal["active", "inactive", "sold_out", "draft", "expired"]
STATES: tuple[State, ...] = ("active", "inactive", "sold_out", "draft", "expired")
Read = Literal["listing", "inventory", "batch", "inventories", "list"]
READS: tuple[Read, ...] = ("listing", "inventory", "batch", "inventories", "list")
"""The kinds of reads that a cache may stand behind: getListing, getListingInventory, their two
batches, and getListingsByShop."""

Covering = Literal["blind app", "blind app over a hand"]
"""Who wrote back what had just been sold, or what a person had just taken off."""

Key = tuple[tuple[int, tuple[str, ...]], ...]
"""What tells a product from its siblings: property ids with their values, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyValue:
    """One property of a product or a listing, such as Ring size = 7 1/2."""

    property_id: int
    name: str
    value_ids: tuple[int, ...]
    values: tuple[str, ...]
    scale_id: int | None = None
    scale_name: str | None = None


@dataclass(slots=True, kw_only=True)
class Product:
    """One sellable variant with its one offering.

    Attributes:
        unit: the variant's identity; `id` and `offering_id` change with every inventory write.
        sold_at_step: the shop's step of its newest sale, 0 when never sold.
        taken_at_step: the shop's step when a person last took pieces off, 0 when nobody did.
    """

    id: int
    offering_id: int
    unit: UnitId
    parts: tuple[tuple[PieceId, int], ...]
    sku: str
    price_minor: int
    quantity: int
    is_enabled: bool = True
    readiness_state_id: int | None
    values: tuple[PropertyValue, ...] = ()
    sold_at_step: int = 0
    taken_at_step: int = 0
    last_sold: int = 0

    @property
    def key(self) -> Key:
        """What tells this product from its siblings."""
        return tuple(sorted((each.property_id, each.values) for each in self.values))


@dataclass(slots=True, kw_only=True)
class Varies:
    """Which properties make price, quantity, SKU and readiness differ."""

    price: tuple[int, ...] = ()
    quantity: tuple[int, ...] = ()
    sku: tuple[int, ...] = ()
    readiness: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One picture of a listing."""

    id: int
    rank: int
    alt_text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the seller says of a listing besides title and stock; replaced as a whole."""

    taxonomy_id: int
    who_made: str = "i_did"
    when_made: str = "made_to_order"
    tags: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    shipping_profile_id: int | None = None
    return_policy_id: int | None = None
    readiness_state_id: int | None = None
    shop_section_id: int | None = None
    processing_min: int | None = None
    processing_max: int | None = None
    should_auto_renew: bool = False
    is_taxable: bool = True
    is_supply: bool = False
    is_customizable: bool = False
    is_personalizable: bool = False
    featured_rank: int | None = None
    type: str = "physical"
    item_weight: float | None = None
    item_weight_unit: str | None = None
    item_length: float | None = None
    item_width: float | None = None
    item_height: float | None = None
    item_dimensions_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an app was shown of a listing: how many of each unit.

    `as_of`: when it stood there so; that is earlier than the look where an old state was shown.
    """

    at: datetime
    as_of: datetime
    quantities: Mapping[UnitId, int]


@dataclass(slots=True, kw_only=True)
class Listing:
    """One listing.

    Attributes:
        reads_edit: while inactive, its state reads "edit".
        read_at_step: the shop's step when an app last saw its true inventory.
        looks: what apps were last shown of it since it was last written, the newest last.
        blind: units whose sale, or whose pieces taken off by hand, the last write covered, though
            the app had just been shown them.
        before: what the next reads may still show (`etsy.stale_read`).
        value_texts: every value id ever given out for it, with the text behind it.
    """

    id: int
    title: str
    description: str
    state: State
    details: Details
    created_at: datetime
    updated_at: datetime
    state_at: datetime
    ends_at: datetime
    products: list[Product]
    varies: Varies = field(default_factory=Varies)
    images: list[Image] = field(default_factory=list)
    attributes: dict[int, PropertyValue] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    reads_edit: bool = False
    read_at_step: int = 0
    looks: list["Look"] = field(default_factory=list)
    blind: Mapping[UnitId, "Covering"] = field(default_factory=dict)
    before: "Before | None" = None
    value_texts: dict[int, str] = field(default_factory=dict)
    units_made: int = 0
    views: int = 0

    @property
    def quantity(self) -> int:
        """All pieces in it; products that share one quantity count once."""
        pools = {self.pool_of(p): p.quantity for p in self.products if p.is_enabled}
        return sum(pools.values())

    def pool_of(self, product: Product) -> Key:
        """What products that share one quantity have in common."""
        return tuple(pair for pair in product.key if pair[0] in self.varies.quantity)

    def sharing(self, product: Product) -> Iterator[Product]:
        """The products whose quantity is this one's, itself included."""
        pool = self.pool_of(product)
        return (each for each in self.products if self.pool_of(each) == pool)

    def set_quantity(self, product: Product, quantity: int) -> None:
        """Set a product's quantity, and that of those which share it."""
        for each in self.sharing(product):
            each.quantity = quantity

    def next_unit(self) -> UnitId:
        """An identity for a variant that was not there before."""
        self.units_made += 1
        return UnitId(f"{self.id}/{self.units_made}")


@dataclass(slots=True, kw_only=True)
class Before:
    """A listing as it was; `unread` are the kinds of reads that still show it, until then.

    `since`: when it was changed, and stood there so for the last time.
    """

    listing: Listing
    since: datetime
    until: datetime
    unread: set[Read]
