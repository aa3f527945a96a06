"""Stock in Shopify's words; `available` is computed, never set."""

from dataclasses import dataclass
from enum import StrEnum

PIECES_MAX = 999_999
"""More of one item lie on no jeweller's shelf, and no order takes more: that is a scanned barcode,
a slip, or means harm."""


class Cause(StrEnum):
    """Why an entry was posted to the book."""

    BASELINE = "baseline"  # the first figures, at import
    ORDER = "order"  # a marketplace's order says so
    COUNTER_SALE = "counter_sale"  # sold in person
    RECEIVED = "received"  # came in from a supplier or the bench
    COUNTED = "counted"  # counted on the shelf
    SENT_BEFORE = "sent_before"  # a count had taken off already what is told as shipped later
    EDITED = "edited"  # a person changed it in a marketplace's admin
    MOVED = "moved"  # the same pieces, at another place
    HELD = "held"
    RELEASED = "released"
    EXPIRED = "expired"  # a hold reached its deadline
    SUSPENDED = "suspended"  # gone on a marketplace, nobody knows yet why
    EXPLAINED = "explained"  # the suspense met its order, or dissolved
    CORRECTED = "corrected"  # a person answered a question


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """Whole pieces of one Sku, at one location or over all of them.

    `suspended` are pieces missed on a marketplace whose order has not been seen yet.
    """

    on_hand: int
    committed: int = 0
    reserved: int = 0
    safety_stock: int = 0
    suspended: int = 0
    incoming: int = 0

    @property
    def available(self) -> int:
        """What may still be promised; below zero where more was sold than is there."""
        return self.on_hand - self.committed - self.reserved - self.safety_stock - self.suspended

    def __add__(self, other: "StockLevel") -> "StockLevel":
        return StockLevel(
            on_hand=self.on_hand + other.on_hand,
            committed=self.committed + other.committed,
            reserved=self.reserved + other.reserved,
            safety_stock=self.safety_stock + other.safety_stock,
            suspended=self.suspended + other.suspended,
            incoming=self.incoming + other.incoming,
        )


NOTHING = StockLevel(on_hand=0)
