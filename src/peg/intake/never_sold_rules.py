"""When a shop that does not show an order proves that there is none, and when it does not."""

from datetime import datetime, timedelta
from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError
from peg.domain.order import OrderSnapshot

SHOWN_WITHIN = timedelta(minutes=5)
"""A marketplace shows an order within a minute of telling of it; a slow one gets some more."""

SHOWN_FOR = timedelta(days=59)
"""Shopify hides orders of more than 60 days, silently: that they are not shown proves nothing."""


class OrderShown(PegError):
    """The shop has the order, so what becomes of it is decided there."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, order: OrderSnapshot) -> None:
        super().__init__(
            f"{order.shop} shows order {order.name}: nothing was changed. An order that exists is"
            " cancelled on its shop, and PEG follows"
        )


class OrderSent(PegError):
    """Something of the order left the shelf, or was written off."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, order: OrderSnapshot) -> None:
        super().__init__(
            f"of order {order.name} something was sent or written off, so it was an order: nothing"
            " was changed. What of it lies there, `peg count SKU N`"
        )


class NotProved(PegError):
    """That its shop does not show an order does not prove that there is none."""

    kind: ClassVar[ErrorKind] = "conflict"

    def __init__(self, order: OrderSnapshot, why: str) -> None:
        super().__init__(f"it is not proved that there is no order {order.name}: {why}")


def refuse_sent(order: OrderSnapshot) -> None:
    """Whatever left the shelf was sold, or lost.

    Raises:
        OrderSent: something of it was sent or written off.
    """
    if any(line.shipped or line.written_off for line in order.lines):
        raise OrderSent(order)


def refuse_unsure(order: OrderSnapshot, *, heard_at: datetime, now: datetime) -> None:
    """That its shop does not show it proves something only while it would show it.

    Raises:
        NotProved: it was told of a moment ago, or so long ago that it is hidden.
    """
    if now - heard_at < SHOWN_WITHIN:
        minutes = int(SHOWN_WITHIN.total_seconds()) // 60
        raise NotProved(
            order,
            f"{order.shop} told of it less than {minutes} minutes ago, and may show it yet: type"
            " this again in a while",
        )
    if now - order.created_at > SHOWN_FOR:
        raise NotProved(
            order,
            f"{order.shop} may hide orders that are older than {SHOWN_FOR.days} days. Look for it"
            " there, and `peg count SKU N` what lies on the shelf",
        )
