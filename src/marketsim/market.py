"""What buyers, the control API and the truth need of a marketplace, whichever it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType, Protocol

from marketsim.pieces import Catalogue, MarketName, PieceId
from marketsim.seen import Seen

UnitId = NewType("UnitId", str)
"""One sellable variant, by an identity that never changes (Etsy's product ids do)."""

OrderId = NewType("OrderId", str)
RestockType = Literal["no_restock", "cancel", "return"]


class NotForSale(Exception):
    """The buyer came too late: the unit is withdrawn, sold out or gone."""


class NoSuchOrder(Exception):
    """No order of that id on this marketplace."""


class OrderClosed(Exception):
    """The order is cancelled, refunded or shipped, so that this cannot be done to it any more."""


class EditRefused(Exception):
    """The marketplace's own admin refuses what a person wants; the sentence says why."""


class NoSuchUnit(Exception):
    """No unit of that id on this marketplace."""


By = Literal["buyer", "app", "blind app", "blind app over a hand", "person", "marketplace"]
"""Who changed what visitors can buy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One unit as a visitor sees it now."""

    unit: UnitId
    title: str
    sku: str
    price_minor: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A buyer has bought (paid or not yet): the moment the marketplace took the units off.

    `parts` are the pieces of one unit; `quantity` units were sold.
    """

    market: MarketName
    order: OrderId
    unit: UnitId
    quantity: int
    parts: tuple[tuple[PieceId, int], ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """Units of an order were cancelled or refunded.

    Attributes:
        restocked: the pieces lie on the shelf again and may be sold. Etsy has no word for it:
            there a cancelled order's pieces count as back, whether or not Etsy raised its figure.
    """

    market: MarketName
    order: OrderId
    unit: UnitId
    quantity: int
    parts: tuple[tuple[PieceId, int], ...]
    restocked: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferChanged:
    """What visitors can buy of a unit has changed.

    Attributes:
        buyable: pieces a visitor could buy now (0 when withdrawn).
        by: who did it; "app" is a call through the API, "blind app" one that covered a sale which
            the app had not been shown yet, where nobody can write with a condition; "over a hand":
            it covered what a person had taken off.
        endless: the marketplace sells it whatever its figure says, so that nobody can lower it.
    """

    market: MarketName
    unit: UnitId
    parts: tuple[tuple[PieceId, int], ...]
    buyable: int
    by: By
    at: datetime
    endless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedByHand:
    """A person changed stock in the marketplace's admin: on the shelf, that many are there now."""

    market: MarketName
    unit: UnitId
    parts: tuple[tuple[PieceId, int], ...]
    delta: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InPerson:
    """Pieces went over the jeweller's counter, or came from the bench: no marketplace is told.

    `delta` pieces of each of the `parts` are there more, or fewer where it is below zero.
    """

    parts: tuple[tuple[PieceId, int], ...]
    delta: int
    at: datetime
    market: Literal["counter"] = "counter"
    unit: UnitId = UnitId("")


Happening = Sold | Returned | OfferChanged | EditedByHand | InPerson
Listener = Callable[[Happening], None]


class Market(Protocol):
    """One marketplace with one shop. Every method acts at the clock's now, wholly or not at all.

    Methods that take an order raise `NoSuchOrder`, and `OrderClosed` where its state forbids them;
    methods that take a unit raise `NoSuchUnit`.
    """

    name: MarketName

    @property
    def seen(self) -> Seen:
        """What apps have been shown of it."""

    def open(self, catalogue: Catalogue) -> None:
        """Create the shop's listings of the catalogue; call once."""

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each happening, in order, synchronously.

        The fact comes first (sold, returned, edited), then the change of the offer it caused.
        """

    def offered(self) -> Sequence[Offered]:
        """What a visitor can buy now, in a stable order."""

    def buy(self, unit: UnitId, quantity: int = 1) -> OrderId:
        """Place an unpaid order and take the units off, as the marketplace does by itself.

        Raises:
            NotForSale: not that many can be bought now.
            NoSuchUnit: the unit never existed.
        """

    def buy_together(self, wanted: Mapping[UnitId, int]) -> OrderId:
        """Place one unpaid order of several units; all of them, or none.

        Raises:
            NotForSale: of one of them not that many can be bought now.
            NoSuchUnit: one of them never existed.
        """

    def pay(self, order: OrderId) -> None:
        """The buyer's payment arrives."""

    def fulfil(self, order: OrderId) -> None:
        """The seller ships everything unshipped of the order."""

    def cancel(self, order: OrderId, *, restock: bool) -> None:
        """The whole order is cancelled; whether stock comes back is the marketplace's own rule."""

    def refund(self, order: OrderId, *, quantity: int, restock: RestockType) -> None:
        """Refund `quantity` pieces of the order's first line that still has as many."""

    def edit_stock(self, unit: UnitId, *, delta: int, location: int = 0) -> None:
        """A person changes the stock in the admin by `delta`, never below zero.

        Raises:
            EditRefused: the listing is deleted, or the admin takes no figure so high.
        """

    def removable(self, unit: UnitId, *, location: int = 0) -> int:
        """Pieces that a person can take away there by an edit."""

    def reactivate(self, unit: UnitId) -> None:
        """A person puts a withdrawn listing back on sale by hand (the ghost unit).

        Raises:
            EditRefused: the marketplace does not allow it.
        """

    def delete(self, unit: UnitId) -> None:
        """A person deletes the unit's whole listing; its orders remain."""

    def retype_sku(self, unit: UnitId, sku: str) -> None:
        """A person types another SKU for the unit."""

    def buyable(self, unit: UnitId) -> int:
        """Pieces a visitor could buy now.

        Raises:
            NoSuchUnit: the unit never existed.
        """

    def units(self) -> Mapping[UnitId, tuple[tuple[PieceId, int], ...]]:
        """Every unit ever listed, with the pieces one sale of it takes."""

    def truth(self) -> dict[str, Any]:
        """Everything inside, as JSON, for tests and people."""
