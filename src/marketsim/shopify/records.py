"""What the shop's database holds. Records change in place; only `stock` changes quantities."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from marketsim.pieces import PieceId
from marketsim.shopify.identity import Identified

Parts = tuple[tuple[PieceId, int], ...]
STATES = (
    "available",
    "committed",
    "reserved",
    "damaged",
    "safety_stock",
    "quality_control",
)
"""The quantities whose sum is on_hand; `incoming` is apart."""

QUANTITY_NAMES = (*STATES, "incoming", "on_hand")
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True, eq=False)
class Location(Identified):
    """A place where stock lies."""

    kind: ClassVar[str] = "Location"
    number: int
    name: str
    is_active: bool = True
    fulfills_online_orders: bool = True
    is_fulfillment_service: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Level:
    """Stock of one item at one location."""

    number: int
    item: "InventoryItem"
    location: Location
    is_active: bool = True
    quantities: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    incoming: int = 0
    changed_at: dict[str, datetime] = field(default_factory=dict)
    created_at: datetime = NO_TIME
    updated_at: datetime = NO_TIME

    @property
    def gid(self) -> str:
        """Of the level at its place, with the item named in it."""
        return f"gid://shopify/InventoryLevel/{self.number}?inventory_item_id={self.item.number}"

    @property
    def on_hand(self) -> int:
        """Physically here: the sum of all states."""
        return sum(self.quantities.values())

    def quantity(self, name: str) -> int:
        """The quantity of a name, on_hand and incoming included."""
        if name == "on_hand":
            return self.on_hand
        return self.incoming if name == "incoming" else self.quantities[name]


@dataclass(slots=True, kw_only=True, eq=False)
class InventoryItem(Identified):
    """The thing counted behind a variant; the SKU lives here. A bundle's item is not `mutable`."""

    kind: ClassVar[str] = "InventoryItem"
    number: int
    sku: str | None
    tracked: bool
    mutable: bool = True
    cost_minor: int | None = None
    requires_shipping: bool = True
    levels: dict[int, Level] = field(default_factory=dict)
    created_at: datetime = NO_TIME
    updated_at: datetime = NO_TIME
    variant: "Variant | None" = None


@dataclass(slots=True, kw_only=True, eq=False)
class Variant(Identified):
    """One sellable unit of a product."""

    kind: ClassVar[str] = "ProductVariant"
    number: int
    product: "Product"
    item: InventoryItem
    price_minor: int
    parts: Parts = ()
    options: dict[str, str] = field(default_factory=dict)
    barcode: str | None = None
    compare_at_minor: int | None = None
    inventory_policy: str = "DENY"
    position: int = 1
    created_at: datetime = NO_TIME
    updated_at: datetime = NO_TIME

    @property
    def sku(self) -> str | None:
        """The item's."""
        return self.item.sku

    @property
    def title(self) -> str:
        """The options' values: `7 / Gold`."""
        return " / ".join(self.options.values()) or "Default Title"


@dataclass(slots=True, kw_only=True, eq=False)
class OptionRecord:
    """One option of a product with its values, each with a number."""

    number: int
    name: str
    values: dict[str, int]


@dataclass(slots=True, kw_only=True, eq=False)
class Metafield(Identified):
    """One custom field of an owner."""

    kind: ClassVar[str] = "Metafield"
    number: int
    namespace: str
    key: str
    type: str
    value: str
    owner: str
    updated_at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Product(Identified):
    """A product with its variants."""

    kind: ClassVar[str] = "Product"
    number: int
    title: str
    handle: str
    status: str = "ACTIVE"
    vendor: str = ""
    product_type: str = ""
    description_html: str = ""
    tags: list[str] = field(default_factory=list)
    category: str | None = None
    options: list[OptionRecord] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    published_on: set[int] = field(default_factory=set)
    published_at: datetime | None = None
    created_at: datetime = NO_TIME
    updated_at: datetime = NO_TIME
    total_shown: int = 0
    total_shown_until: datetime = NO_TIME


@dataclass(slots=True, kw_only=True, eq=False)
class Publication(Identified):
    """A sales channel."""

    kind: ClassVar[str] = "Publication"
    number: int
    title: str
    auto_publish: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class MetafieldDefinition(Identified):
    """The declared type of a custom field."""

    kind: ClassVar[str] = "MetafieldDefinition"
    number: int
    owner_type: str
    namespace: str
    key: str
    name: str
    type: str
    validations: list[dict[str, str]]
    access: dict[str, Any]
    capabilities: dict[str, bool]
