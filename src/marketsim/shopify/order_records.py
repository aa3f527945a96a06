"""What the shop knows of its orders, refunds and jobs."""

from dataclasses import dataclass, field
from datetime import datetime

from marketsim.shopify.records import Location, Parts, Variant


@dataclass(slots=True, kw_only=True, eq=False)
class Allocation:
    """Units of a line taken from one location: the fulfilment order's own line.

    `counted` says whether the item was tracked when it was sold: only then did stock move.
    """

    number: int
    location: Location
    quantity: int
    counted: bool
    fulfilled: int = 0
    removed: int = 0

    @property
    def open(self) -> int:
        return self.quantity - self.fulfilled - self.removed


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """One line of an order; it keeps its variant even when the shop has deleted the product."""

    number: int
    variant: Variant
    parts: Parts
    sku: str | None
    title: str
    variant_title: str
    price_minor: int
    quantity: int
    allocations: list[Allocation] = field(default_factory=list)
    refunded_after_fulfilment: int = 0

    @property
    def gid(self) -> str:
        return f"gid://shopify/LineItem/{self.number}"

    @property
    def fulfilled(self) -> int:
        return sum(a.fulfilled for a in self.allocations)

    @property
    def removed(self) -> int:
        """Units taken out of the order before they were shipped."""
        return sum(a.removed for a in self.allocations)

    @property
    def current_quantity(self) -> int:
        """Units neither refunded nor removed."""
        return self.quantity - self.removed - self.refunded_after_fulfilment

    @property
    def unfulfilled_quantity(self) -> int:
        return sum(a.open for a in self.allocations)


@dataclass(slots=True, kw_only=True, eq=False)
class RefundLine:
    """Units of a line given back."""

    number: int
    line: Line
    quantity: int
    restock_type: str
    location: Location | None

    @property
    def gid(self) -> str:
        return f"gid://shopify/RefundLineItem/{self.number}"

    @property
    def restocked(self) -> bool:
        return self.restock_type != "NO_RESTOCK"


@dataclass(slots=True, kw_only=True, eq=False)
class Refund:
    """Money or units given back on an order."""

    number: int
    lines: list[RefundLine]
    note: str | None
    created_at: datetime

    @property
    def gid(self) -> str:
        return f"gid://shopify/Refund/{self.number}"

    @property
    def amount_minor(self) -> int:
        return sum(it.quantity * it.line.price_minor for it in self.lines)


@dataclass(slots=True, kw_only=True, eq=False)
class Order:
    """One order."""

    number: int
    order_number: int
    token: str
    lines: list[Line]
    created_at: datetime
    updated_at: datetime
    source_name: str = "web"
    tags: list[str] = field(default_factory=list)
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return f"gid://shopify/Order/{self.number}"

    @property
    def name(self) -> str:
        return f"#{self.order_number}"

    @property
    def total_minor(self) -> int:
        return sum(line.price_minor * line.quantity for line in self.lines)

    @property
    def current_total_minor(self) -> int:
        return sum(line.price_minor * line.current_quantity for line in self.lines)

    @property
    def refunded_minor(self) -> int:
        """Money that went back: nothing before anything was paid."""
        return sum(refund.amount_minor for refund in self.refunds) if self.paid_at else 0

    @property
    def financial_status(self) -> str:
        if self.paid_at is None:
            return "VOIDED" if self.cancelled_at else "PENDING"
        if self.refunded_minor == 0:
            return "PAID"
        return "REFUNDED" if self.refunded_minor >= self.total_minor else "PARTIALLY_REFUNDED"

    @property
    def fulfillment_status(self) -> str:
        fulfilled = sum(line.fulfilled for line in self.lines)
        if fulfilled == 0:
            return "UNFULFILLED"
        waiting = any(line.unfulfilled_quantity for line in self.lines)
        return "PARTIALLY_FULFILLED" if waiting else "FULFILLED"


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """Work that ends later."""

    number: str
    done: bool = False

    @property
    def gid(self) -> str:
        return f"gid://shopify/Job/{self.number}"
