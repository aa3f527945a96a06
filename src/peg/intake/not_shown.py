"""An order that its shop told of, and that the shop does not show when it is asked for it.

It may be too old to be read, hidden, deleted, or not to be seen yet: none of that says anything
about the pieces it sold. What was told of it for sure counts; the rest is for a person.
"""

from typing import ClassVar

from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import ShopId
from peg.domain.near import quoted
from peg.marketplaces.hints import Hint


class OrderNotShown(PegError):
    """A shop told of an order, and shows none of that number."""

    kind: ClassVar[ErrorKind] = "missing"

    def __init__(self, shop: ShopId, order: str, *, hint: Hint | None = None) -> None:
        """Take what the delivery said of it; without one, a poll had found the order."""
        told = [f"{shop} told of order {order} and does not show it"]
        if hint is not None and hint.lacks:
            told.append(f"; the delivery cannot be read whole ({hint.lacks})")
        told.append(f". {_what_counts(hint)}" if hint is not None else ". ")
        super().__init__("".join(told) + _WHAT_TO_DO + _if_it_was_none(order, hint))


_WHAT_TO_DO = (
    "Look for it in the shop: if it sold a piece that `peg orders` does not list with it, count"
    " that piece (`peg count SKU N`)"
)


def _if_it_was_none(order: str, hint: Hint | None) -> str:
    if hint is None or hint.snapshot is None:
        return ""
    return f". If it was no order, `peg orders never-sold {order} --why ...` gives back what counts"


def _what_counts(hint: Hint) -> str:
    """What the book has taken from the delivery alone; else what that names."""
    if hint.snapshot is not None:
        sold = [f"{line.quantity} x {line.sku or line.title}" for line in hint.snapshot.lines]
        return f"What it tells for sure counts as sold: {', '.join(sold)}. "
    names = ", ".join(map(quoted, hint.names))
    return f"It names {names}. " if names else ""
