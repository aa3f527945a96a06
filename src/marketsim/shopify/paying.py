"""What is paid back of an order: by a person as the pieces cost, by an app as it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketsim.shopify.order_records import Line, Order, Payment
from marketsim.shopify.wording import NotMoney, minor

GATEWAY = "bogus"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayBack:
    """Money that is to go back with a refund.

    Attributes:
        fails: the buyer's bank takes none of it; the refund stands all the same.
        keeps_fulfillable: units that were not shipped stay among those to be shipped.
    """

    minor: int
    fails: bool = False
    keeps_fulfillable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What Shopify would pay back for some units."""

    amount_minor: int
    suggested_transactions: "Sequence[SuggestedPayment]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedPayment:
    """By which way."""

    amount_minor: int
    parent_transaction: Payment
    gateway: str = GATEWAY
    kind: str = "SUGGESTED_REFUND"


class NotPayable(Exception):
    """A refund names a payment that cannot be made."""


def back_by_the_way_it_came(order: Order, refund: int, paid: PayBack) -> list[Payment]:
    """The payment of a refund with this number: none of an order that brought no money."""
    amount = min(paid.minor, order.refundable_minor)
    if order.payment is None or amount <= 0:
        return []
    return [
        Payment(number=refund + 1, amount_minor=amount, parent=order.payment, failed=paid.fails)
    ]


def suggested(order: Order, units: Sequence[tuple[Line, int]]) -> Suggestion:
    """What their buyer paid for some units, as far as it was not paid back."""
    price = sum(line.price_minor * quantity for line, quantity in units)
    amount = min(price, order.refundable_minor)
    if order.payment is None or amount <= 0:
        return Suggestion(amount_minor=0, suggested_transactions=())
    by = SuggestedPayment(amount_minor=amount, parent_transaction=order.payment)
    return Suggestion(amount_minor=amount, suggested_transactions=(by,))


def asked_for(order: Order, rows: Sequence[dict[str, Any]]) -> int:
    """What an app wants to be paid back, in cents; where it names no payment, nothing is.

    Raises:
        NotPayable: with what Shopify says of it.
    """
    total = 0
    for row in rows:
        known = order.payment
        if row["kind"] != "REFUND" or row["orderId"] != order.gid:
            raise NotPayable("Transactions must be refunds of this order")
        if known is None or row.get("parentId") != known.gid or row["gateway"] != GATEWAY:
            raise NotPayable("Parent transaction is not a payment of this order")
        total += _cents(row["amount"])
    if total > order.refundable_minor:
        raise NotPayable("Refund amount cannot exceed the available amount")
    return total


def _cents(amount: str) -> int:
    try:
        found = minor(amount)
    except NotMoney:
        found = 0
    if found <= 0:
        raise NotPayable("Amount must be greater than zero")
    return found
