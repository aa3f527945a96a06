"""What the shop knows of its orders, refunds and jobs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from marketsim.shopify.identity import Identified
from marketsim.shopify.records import Location, Parts, Variant


@dataclass(slots=True, kw_only=True, eq=False)
class FulfillmentOrder(Identified):
    """What of an order is to be shipped from one place, line by line."""

    kind: ClassVar[str] = "FulfillmentOrder"
    number: int
    order: "Order"
    location: Location
    lines: "list[Allocation]" = field(default_factory=list)

    @property
    def status(self) -> str:
        """As GraphQL names it."""
        if self.order.cancelled_at is not None:
            return "CANCELLED"
        return "OPEN" if any(it.open for it in self.lines) else "CLOSED"

    @property
    def assigned_location(self) -> dict[str, Any]:
        """Its name is what it was called then; only the location itself has an id."""
        return {"name": self.location.name, "location": self.location}


@dataclass(slots=True, kw_only=True, eq=False)
class Allocation(Identified):
    """Units of a line taken from one location: the fulfilment order's own line.

    `counted` says whether the item was tracked when it was sold: only then did stock move.
    """

    kind: ClassVar[str] = "FulfillmentOrderLineItem"
    number: int
    line_item: "Line"
    shipment: FulfillmentOrder
    quantity: int
    counted: bool
    fulfilled: int = 0
    removed: int = 0

    @property
    def location(self) -> Location:
        """Where it is shipped from."""
        return self.shipment.location

    @property
    def open(self) -> int:
        """Units still to be shipped from here."""
        return self.quantity - self.fulfilled - self.removed

    @property
    def total_quantity(self) -> int:
        """Units shipped and to be shipped from here."""
        return self.quantity - self.removed

    @property
    def remaining_quantity(self) -> int:
        """`open`, by Shopify's word."""
        return self.open


@dataclass(slots=True, kw_only=True, eq=False)
class Line(Identified):
    """One line of an order; it keeps its variant even when the shop has deleted the product."""

    kind: ClassVar[str] = "LineItem"
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
    refunded_and_kept: int = 0

    @property
    def fulfilled(self) -> int:
        """Units shipped."""
        return sum(a.fulfilled for a in self.allocations)

    @property
    def removed(self) -> int:
        """Units taken out of the order before they were shipped."""
        return sum(a.removed for a in self.allocations)

    @property
    def current_quantity(self) -> int:
        """Units neither refunded nor removed."""
        refunded = self.refunded_after_fulfilment + self.refunded_and_kept
        return self.quantity - self.removed - refunded

    @property
    def unfulfilled_quantity(self) -> int:
        """Units still to be shipped."""
        return sum(a.open for a in self.allocations)


@dataclass(slots=True, kw_only=True, eq=False)
class RefundLine(Identified):
    """Units of a line given back."""

    kind: ClassVar[str] = "RefundLineItem"
    number: int
    line: Line
    quantity: int
    restock_type: str
    location: Location | None

    @property
    def restocked(self) -> bool:
        """Whether the pieces can be sold again."""
        return self.restock_type != "NO_RESTOCK"


@dataclass(slots=True, kw_only=True, eq=False)
class Payment(Identified):
    """Money that came in for an order or, with a `parent`, went back by the way it came."""

    kind: ClassVar[str] = "OrderTransaction"
    number: int
    amount_minor: int
    parent: "Payment | None" = None
    failed: bool = False

    @property
    def status(self) -> str:
        """As GraphQL names it."""
        return "FAILURE" if self.failed else "SUCCESS"


@dataclass(slots=True, kw_only=True, eq=False)
class Refund(Identified):
    """Money or units given back on an order."""

    kind: ClassVar[str] = "Refund"
    number: int
    order: "Order"
    lines: list[RefundLine]
    note: str | None
    created_at: datetime
    payments: list[Payment] = field(default_factory=list)

    @property
    def amount_minor(self) -> int:
        """What was paid back."""
        return sum(it.amount_minor for it in self.payments if not it.failed)


@dataclass(slots=True, kw_only=True, eq=False)
class Order(Identified):
    """One order."""

    kind: ClassVar[str] = "Order"
    number: int
    order_number: int
    token: str
    lines: list[Line]
    created_at: datetime
    updated_at: datetime
    source_name: str = "web"
    tags: list[str] = field(default_factory=list)
    paid_at: datetime | None = None
    payment: Payment | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    shipments: list[FulfillmentOrder] = field(default_factory=list)

    @property
    def name(self) -> str:
        """`#1001`."""
        return f"#{self.order_number}"

    @property
    def total_minor(self) -> int:
        """The price as ordered."""
        return sum(line.price_minor * line.quantity for line in self.lines)

    @property
    def current_total_minor(self) -> int:
        """The price of what is left of the order."""
        return sum(line.price_minor * line.current_quantity for line in self.lines)

    @property
    def refunded_minor(self) -> int:
        """Money that went back."""
        return sum(refund.amount_minor for refund in self.refunds)

    @property
    def refundable_minor(self) -> int:
        """Money that came in and was not paid back."""
        return (self.payment.amount_minor if self.payment else 0) - self.refunded_minor

    @property
    def financial_status(self) -> str:
        """Of the money, as GraphQL names it."""
        if self.payment is None:
            return "VOIDED" if self.cancelled_at else "PENDING"
        if self.refunded_minor == 0:
            return "PAID"
        return "PARTIALLY_REFUNDED" if self.refundable_minor else "REFUNDED"

    @property
    def fulfillment_status(self) -> str:
        """Of the shipping, as GraphQL names it."""
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
        """Its global id, whose number is a text."""
        return f"gid://shopify/Job/{self.number}"
