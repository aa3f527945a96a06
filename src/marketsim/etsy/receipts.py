"""Receipts (orders) as Etsy holds them inside. Money is in minor units."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from marketsim.etsy.records import Listing, PropertyValue
from marketsim.market import UnitId
from marketsim.pieces import PieceId

Status = Literal["open", "paid", "completed", "canceled", "partially refunded", "fully refunded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who bought: invented people."""

    user_id: int
    name: str
    first_line: str
    city: str
    state: str
    zip: str
    country_iso: str


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One line of a receipt, with what the listing said at the time of the sale."""

    id: int
    listing: Listing
    unit: UnitId
    parts: tuple[tuple[PieceId, int], ...]
    product_id: int | None
    sku: str | None
    title: str
    description: str
    quantity: int
    price_minor: int
    values: tuple[PropertyValue, ...]
    refunded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money given back."""

    id: int
    amount_minor: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A parcel the buyer was told of."""

    id: int
    carrier: str
    tracking_code: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class Receipt:
    """One order.

    Attributes:
        visible_at: when lists begin to show it.
        updated_at: what `updated_timestamp` says.
        found_at: the time that min_last_modified compares with.
    """

    id: int
    buyer: Buyer
    transactions: list[Transaction]
    shipping_minor: int
    tax_minor: int
    created_at: datetime
    visible_at: datetime
    updated_at: datetime
    found_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    shipments: list[Shipment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def items_minor(self) -> int:
        """Price of everything bought, without shipping and tax."""
        return sum(line.price_minor * line.quantity for line in self.transactions)

    @property
    def total_minor(self) -> int:
        """What the buyer pays."""
        return self.items_minor + self.shipping_minor + self.tax_minor

    @property
    def refunded_minor(self) -> int:
        """Given back so far."""
        return sum(refund.amount_minor for refund in self.refunds)

    @property
    def status(self) -> Status:
        """Etsy's word for where the order stands."""
        if self.cancelled_at is not None:
            return "canceled"
        if self.refunds:
            whole = self.refunded_minor >= self.total_minor
            return "fully refunded" if whole else "partially refunded"
        if self.shipped_at is not None:
            return "completed"
        return "open" if self.paid_at is None else "paid"
