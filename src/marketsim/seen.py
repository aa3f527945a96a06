"""What an app has been shown of one marketplace: when each offer, and when the orders.

Of what it could know when it wrote, nothing else tells without believing the app.
"""

from collections.abc import Callable
from datetime import datetime


class Seen:
    """Kept by the marketplace while it answers; only answers that show the truth count.

    Units and orders go by the same ids as in `market.py`, which knows this class.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Nothing was shown yet; `now` is the market's time."""
        self._now = now
        self._read: dict[str, datetime] = {}
        self._since_orders: dict[str, datetime] = {}
        self._proved: dict[str, datetime] = {}
        self._told: dict[str, datetime] = {}
        self.orders_at: datetime | None = None

    def read(self, unit: str) -> None:
        """What an offer shows was read."""
        self._read[unit] = self._since_orders[unit] = self._now()

    def read_orders(self) -> None:
        """The orders were read, to the newest one that lists show."""
        self.orders_at = self._now()
        self._proved |= self._since_orders
        self._since_orders.clear()

    def read_order(self, order: str) -> None:
        """One order was read: by its number, before lists show it, or on a page of them."""
        self._told.setdefault(order, self._now())

    def order_read_at(self, order: str) -> datetime | None:
        """When an order itself was first shown."""
        return self._told.get(order)

    def proved_at(self, unit: str) -> datetime | None:
        """When it was last read so that the orders were read after it."""
        return self._proved.get(unit)

    def may_know_of(self, order: str, unit: str, at: datetime) -> bool:
        """Whether a sale of a unit `at` that time was shown since: by itself or by what is left."""
        shown = [self.orders_at, self._read.get(unit)]
        return order in self._told or any(when is not None and when >= at for when in shown)
