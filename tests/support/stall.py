"""A stall: the smallest true `Market`, without an API, for tests of what stands around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from marketsim.clock import MarketClock
from marketsim.market import (
    EditedByHand,
    Happening,
    Listener,
    NoSuchOrder,
    NoSuchUnit,
    NotForSale,
    OfferChanged,
    Offered,
    OrderClosed,
    OrderId,
    RestockType,
    Returned,
    Sold,
    UnitId,
)
from marketsim.pieces import Catalogue, MarketName, PieceId
from marketsim.seen import Seen

Parts = tuple[tuple[PieceId, int], ...]
Actor = Literal["buyer", "app", "person", "marketplace"]
Deed = Literal["paid", "shipped", "cancelled", "refunded"]


@dataclass(slots=True)
class Stock:
    offered: Offered
    parts: Parts
    quantity: int
    withdrawn: bool = False


@dataclass(slots=True)
class Order:
    lines: dict[UnitId, int]
    state: Literal["open", "paid", "shipped", "cancelled"] = "open"


class Stall:
    def __init__(self, name: MarketName, clock: MarketClock) -> None:
        self.name = name
        self._clock = clock
        self._stock: dict[UnitId, Stock] = {}
        self._orders: dict[OrderId, Order] = {}
        self._listeners: list[Listener] = []
        self.deeds: list[tuple[Deed, OrderId, datetime]] = []
        self.seen = Seen(clock.now)

    def open(self, catalogue: Catalogue) -> None:
        units = [u for ls in catalogue.listings if ls.market == self.name for u in ls.units]
        for number, unit in enumerate(units):
            name = UnitId(f"{self.name}-{number}")
            offered = Offered(unit=name, title="", sku=unit.sku, price_minor=100, quantity=0)
            self._stock[name] = Stock(offered, unit.parts, sum(unit.stock))

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def offered(self) -> Sequence[Offered]:
        return [
            Offered(
                unit=unit,
                title=stock.offered.title,
                sku=stock.offered.sku,
                price_minor=100,
                quantity=self.buyable(unit),
            )
            for unit, stock in self._stock.items()
            if self.buyable(unit)
        ]

    def buy(self, unit: UnitId, quantity: int = 1) -> OrderId:
        return self.buy_together({unit: quantity})

    def buy_together(self, wanted: Mapping[UnitId, int]) -> OrderId:
        for unit, quantity in wanted.items():
            self._known(unit)
            if self.buyable(unit) < quantity:
                raise NotForSale(unit)
        order = OrderId(f"{self.name}-order-{len(self._orders) + 1}")
        self._orders[order] = Order(dict(wanted))
        for unit, quantity in wanted.items():
            stock = self._known(unit)
            stock.quantity -= quantity
            self._tell(
                Sold(
                    market=self.name,
                    order=order,
                    unit=unit,
                    quantity=quantity,
                    parts=stock.parts,
                    at=self._clock.now(),
                )
            )
            self._changed(unit, "buyer")
        return order

    def pay(self, order: OrderId) -> None:
        self._open(order).state = "paid"
        self._note("paid", order)

    def fulfil(self, order: OrderId) -> None:
        self._open(order).state = "shipped"
        self._note("shipped", order)

    def cancel(self, order: OrderId, *, restock: bool) -> None:
        found = self._open(order)
        found.state = "cancelled"
        self._note("cancelled", order)
        for unit, quantity in found.lines.items():
            self._give_back(order, unit, quantity, restocked=restock)

    def refund(self, order: OrderId, *, quantity: int, restock: RestockType) -> None:
        if order not in self._orders:
            raise NoSuchOrder(order)
        found = self._orders[order]
        self._note("refunded", order)
        unit = next((it for it, bought in found.lines.items() if bought >= quantity), None)
        if unit is None:
            raise OrderClosed(order)
        self._give_back(order, unit, quantity, restocked=restock != "no_restock")

    def edit_stock(self, unit: UnitId, *, delta: int, location: int = 0) -> None:
        stock = self._known(unit)
        if location != 0:
            raise NoSuchUnit(f"{unit} at location {location}: a stall has one")
        delta = max(delta, -stock.quantity)
        stock.quantity += delta
        at = self._clock.now()
        self._tell(EditedByHand(market=self.name, unit=unit, parts=stock.parts, delta=delta, at=at))
        self._changed(unit, "person")

    def removable(self, unit: UnitId, *, location: int = 0) -> int:
        return self._known(unit).quantity if location == 0 else 0

    def reactivate(self, unit: UnitId) -> None:
        self._known(unit).quantity = 1
        self._known(unit).withdrawn = False
        self._changed(unit, "person")

    def delete(self, unit: UnitId) -> None:
        self._known(unit).withdrawn = True
        self._changed(unit, "person")

    def retype_sku(self, unit: UnitId, sku: str) -> None:
        stock = self._known(unit)
        stock.offered = replace(stock.offered, sku=sku)

    def buyable(self, unit: UnitId) -> int:
        stock = self._known(unit)
        return 0 if stock.withdrawn else stock.quantity

    def units(self) -> Mapping[UnitId, Parts]:
        return {unit: stock.parts for unit, stock in self._stock.items()}

    def truth(self) -> dict[str, Any]:
        return {"market": self.name, "orders": len(self._orders)}

    def show(self, parts: Parts, quantity: int) -> None:
        """What a connector would do through the API."""
        for unit, stock in self._stock.items():
            if stock.parts == parts and stock.quantity != quantity:
                stock.quantity = quantity
                self._changed(unit, "app")

    def _give_back(self, order: OrderId, unit: UnitId, quantity: int, *, restocked: bool) -> None:
        stock = self._known(unit)
        stock.quantity += quantity if restocked else 0
        self._tell(
            Returned(
                market=self.name,
                order=order,
                unit=unit,
                quantity=quantity,
                parts=stock.parts,
                restocked=restocked,
                at=self._clock.now(),
            )
        )
        self._changed(unit, "marketplace")

    def _note(self, deed: Deed, order: OrderId) -> None:
        self.deeds.append((deed, order, self._clock.now()))

    def _open(self, order: OrderId) -> Order:
        if order not in self._orders:
            raise NoSuchOrder(order)
        if self._orders[order].state in ("shipped", "cancelled"):
            raise OrderClosed(order)
        return self._orders[order]

    def _known(self, unit: UnitId) -> Stock:
        if unit not in self._stock:
            raise NoSuchUnit(unit)
        return self._stock[unit]

    def _changed(self, unit: UnitId, by: Actor) -> None:
        self._tell(
            OfferChanged(
                market=self.name,
                unit=unit,
                parts=self._stock[unit].parts,
                buyable=self.buyable(unit),
                by=by,
                at=self._clock.now(),
            )
        )

    def _tell(self, happening: Happening) -> None:
        for listener in self._listeners:
            listener(happening)
