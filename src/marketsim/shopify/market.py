"""The shop as buyers, the control API and the truth see it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marketsim.market import (
    EditedByHand,
    EditRefused,
    Listener,
    NoSuchOrder,
    NoSuchUnit,
    NotForSale,
    Offered,
    OrderId,
    RestockType,
    UnitId,
)
from marketsim.pieces import Catalogue, MarketName, PieceId
from marketsim.seen import Seen
from marketsim.shopify.counts import Counts
from marketsim.shopify.opening import open_shop
from marketsim.shopify.order_records import Order
from marketsim.shopify.orders import GiveBack
from marketsim.shopify.records import Level, Location, Variant
from marketsim.shopify.report import report_of
from marketsim.shopify.shop import Shop
from marketsim.shopify.stock import unit_of
from marketsim.shopify.store import NotAGlobalId, parse_gid


class ShopifyMarket:
    """One Shopify shop, seen from outside its API."""

    name: MarketName = "shopify"

    def __init__(self, shop: Shop, counts: Counts) -> None:
        self._shop = shop
        self._counts = counts
        self.store = shop.store
        self._stock = shop.stock
        self._orders = shop.orders
        self._products = shop.products

    @property
    def seen(self) -> Seen:
        return self.store.seen

    def open(self, catalogue: Catalogue) -> None:
        open_shop(self.store, catalogue, self._shop.strikes)
        self._stock.announce(self.store.variants.values(), by="marketplace")

    def listen(self, listener: Listener) -> None:
        self._stock.listen(listener)

    def offered(self) -> Sequence[Offered]:
        return [
            Offered(
                unit=unit_of(variant),
                title=variant.product.title,
                sku=variant.sku or "",
                price_minor=variant.price_minor,
                quantity=quantity,
            )
            for variant in self.store.variants.values()
            if variant.parts and (quantity := self._stock.buyable(variant))
        ]

    def buy(self, unit: UnitId, quantity: int = 1) -> OrderId:
        return self.buy_together({unit: quantity})

    def buy_together(self, wanted: Mapping[UnitId, int]) -> OrderId:
        cart = [(self._acting_on(unit), quantity) for unit, quantity in wanted.items()]
        for variant, _ in cart:
            if variant.number not in self.store.variants:
                raise NotForSale(f"{variant.gid} was deleted")
        short = any(self._stock.buyable(variant) < quantity for variant, quantity in cart)
        anyway = short and self._shop.strikes("checkout_race")
        return OrderId(self._orders.place(cart, anyway=anyway).gid)

    def sell_in_person(self, unit: UnitId, quantity: int = 1) -> OrderId:
        """A sale at the till: it asks no stock, so that available may fall below zero; paid."""
        cart = [(self._acting_on(unit), quantity)]
        order = self._orders.place(cart, source="pos", anyway=True)
        self._orders.pay(order)
        return OrderId(order.gid)

    def pay(self, order: OrderId) -> None:
        self._orders.pay(self._order(order))

    def fulfil(self, order: OrderId) -> None:
        self._orders.fulfil(self._order(order))

    def cancel(self, order: OrderId, *, restock: bool) -> None:
        self._orders.cancel(self._order(order), restock=restock)

    def refund(
        self, order: OrderId, *, quantity: int, restock: RestockType, location: int | None = None
    ) -> None:
        """Of what was shipped `location` says where it came back; without it, where it left."""
        found = self._order(order)
        line = next((it for it in found.lines if it.current_quantity >= quantity), found.lines[0])
        there = None if location is None else self._place(location)
        back = GiveBack(line=line, quantity=quantity, restock_type=restock.upper(), location=there)
        self._orders.refund(found, [back])

    def remove_from_order(self, order: OrderId, *, quantity: int) -> None:
        """A person takes unshipped pieces out of an order; they can be sold again."""
        self._orders.remove(self._order(order), quantity)

    def send_from(self, order: OrderId, *, location: int, pieces: int | None = None) -> None:
        """A person has what is unshipped of an order, or some of it, shipped from another place."""
        self._orders.send_from(self._order(order), self._place(location), pieces=pieces)

    def edit_stock(self, unit: UnitId, *, delta: int, location: int = 0) -> None:
        self._check_there(unit)
        level = self._level(unit, location)
        applied = max(delta, -max(0, level.quantities["available"]))
        if applied == 0:
            return
        variant = self._variant(unit)
        self._stock.tell(
            EditedByHand(
                market="shopify",
                unit=unit,
                parts=variant.parts,
                delta=applied,
                at=self.store.exact_now(),
            )
        )
        self._stock.move(level, {"available": applied}, by="person")

    def removable(self, unit: UnitId, *, location: int = 0) -> int:
        level = self._variant(unit).item.levels.get(self._place(location).number)
        return 0 if level is None else max(0, level.quantities["available"])

    def reserve(self, unit: UnitId, *, quantity: int, location: int = 0) -> None:
        """A draft order holds pieces (negative: lets them go); on_hand stays."""
        self._hold(unit, quantity, "reserved", location)

    def set_aside(self, unit: UnitId, *, quantity: int, name: str, location: int = 0) -> None:
        """A person moves pieces from available to damaged, safety_stock or quality_control."""
        self._hold(unit, quantity, name, location)

    def reactivate(self, unit: UnitId) -> None:
        self._check_there(unit)
        product = self._acting_on(unit).product
        self._products.set_status(product, "ACTIVE", by="person")
        self._products.publish(product, self.store.publications, by="person")

    def open_place(self, name: str) -> int:
        """A person opens another place; its number among the shop's."""
        number = self.store.next_number()
        self.store.locations[number] = Location(number=number, name=name)
        return len(self.store.locations) - 1

    def rename_place(self, location: int, name: str) -> None:
        """A person calls a place something else."""
        self._place(location).name = name

    def close_place(self, location: int, *, move_to: int) -> None:
        """A person closes a place; what lies there is moved to another, as Shopify demands."""
        closed, there = self._place(location), self._place(move_to)
        self._shop.subscriptions.new_action()
        for level in self.store.levels_at.get(closed.number, []):
            lies = {name: pieces for name, pieces in level.quantities.items() if pieces}
            away = {name: -pieces for name, pieces in lies.items()}
            self._stock.move(level, away, by="person")
            self._stock.move(self._stock.level_of(level.item, there), lies, by="person")
            level.is_active = False
        closed.is_active = False

    def bundle(self, unit: UnitId) -> None:
        """A person makes the unit a bundle: from now on no app may write its stock."""
        self._acting_on(unit).item.mutable = False

    def unbundle(self, unit: UnitId) -> None:
        """A person makes the bundle an ordinary piece again."""
        self._acting_on(unit).item.mutable = True

    def count(self, unit: UnitId, *, tracked: bool) -> None:
        """A person ticks "Track quantity", or unticks it: then it sells without end."""
        variant = self._acting_on(unit)
        variant.item.tracked = tracked
        self._products.changed(variant.product, by="person")

    def sell_on(self, unit: UnitId, *, ticked: bool) -> None:
        """A person ticks "Continue selling when out of stock", or unticks it."""
        variant = self._acting_on(unit)
        variant.inventory_policy = "CONTINUE" if ticked else "DENY"
        self._products.changed(variant.product, by="person")

    def delete(self, unit: UnitId) -> None:
        product = self._acting_on(unit).product
        if product.number in self.store.products:
            self._products.delete(product, by="person")

    def retype_sku(self, unit: UnitId, sku: str) -> None:
        variant = self._acting_on(unit)
        if variant.number in self.store.variants:
            alike = self.store.skus[sku] - (variant.sku == sku)
            if sku and alike and not self._shop.strikes("duplicate_skus"):
                raise EditRefused(f"another item has the SKU {sku}")
            self.store.rename_sku(variant.item, sku)
            self._products.changed(variant.product, by="person")

    def buyable(self, unit: UnitId) -> int:
        return self._stock.buyable(self._variant(unit))

    def units(self) -> Mapping[UnitId, tuple[tuple[PieceId, int], ...]]:
        return {UnitId(unit): variant.parts for unit, variant in self.store.ever_sold.items()}

    def truth(self) -> dict[str, Any]:
        shop = self._shop
        return report_of(self.store, self._stock) | {
            "calls": self._counts.report(),
            "bucket": shop.bucket.status(),
            "subscriptions": [
                {"id": it.gid, "topic": it.path, "uri": it.uri}
                for it in shop.subscriptions.records.values()
            ],
            "subscriptions_deleted": [it.path for it in shop.subscriptions.deleted_for_failing],
            "webhooks": {**shop.courier.report(), "attempts": len(shop.courier.record())},
            "faults": {"rates": shop.faults.rates(), "struck": dict(shop.faults.struck)},
        }

    def allow_only(self, scopes: Iterable[str]) -> None:
        """The owner gives the app these rights and no others."""
        self._shop.tokens.allow_only(scopes)

    def uninstall(self) -> None:
        """The owner removes the app from the shop."""
        self._shop.subscriptions.new_action()
        self._shop.uninstall()

    def _hold(self, unit: UnitId, quantity: int, name: str, location: int) -> None:
        level = self._level(unit, location)
        if self._stock.lacks(level, quantity):
            raise EditRefused(f"fewer than {quantity} of {unit} are available there")
        self._stock.move(level, {"available": -quantity, name: quantity}, by="person")

    def _check_there(self, unit: UnitId) -> None:
        if self._variant(unit).product.number not in self.store.products:
            raise EditRefused(f"the product of {unit} is deleted")

    def _variant(self, unit: UnitId) -> Variant:
        if unit not in self.store.ever_sold:
            raise NoSuchUnit(unit)
        return self.store.ever_sold[unit]

    def _acting_on(self, unit: UnitId) -> Variant:
        """A unit that something is about to be done to: a new action begins."""
        variant = self._variant(unit)
        self._shop.subscriptions.new_action()
        return variant

    def _level(self, unit: UnitId, location: int) -> Level:
        return self._stock.level_of(self._acting_on(unit).item, self._place(location))

    def _place(self, location: int) -> Location:
        return list(self.store.locations.values())[location]

    def _order(self, order: OrderId) -> Order:
        """An order that something is about to be done to: a new action begins."""
        try:
            found = self.store.orders.get(parse_gid(order, "Order") or 0)
        except NotAGlobalId:
            found = None
        if found is None:
            raise NoSuchOrder(order)
        self._shop.subscriptions.new_action()
        return found
