"""The shop as buyers, the control API and the truth see it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marketsim.etsy.inventory_rules import QUANTITY_MAX
from marketsim.etsy.life import Life
from marketsim.etsy.opening import open_shop
from marketsim.etsy.orders import Orders
from marketsim.etsy.receipts import Receipt
from marketsim.etsy.refusals import Refusal
from marketsim.etsy.report import report_of
from marketsim.etsy.settings import Settings
from marketsim.etsy.shop import Shop
from marketsim.etsy.variations import rename_value
from marketsim.market import (
    EditedByHand,
    EditRefused,
    Listener,
    NoSuchOrder,
    NotForSale,
    Offered,
    OrderId,
    RestockType,
    UnitId,
)
from marketsim.pieces import Catalogue, MarketName, PieceId
from marketsim.seen import Seen


class EtsyMarket:
    """One Etsy shop, seen from outside its API. `settings` may be changed at any time."""

    name: MarketName = "etsy"

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._store = shop.store
        self._stock = shop.stock

    @property
    def settings(self) -> Settings:
        """Limits and receipt lag."""
        return self._shop.settings

    @property
    def seen(self) -> Seen:
        return self._store.seen

    def open(self, catalogue: Catalogue) -> None:
        open_shop(self._store, self._life, catalogue)
        for listing in self._store.listings.values():
            self._stock.announce(listing, by="marketplace")

    def listen(self, listener: Listener) -> None:
        self._stock.listen(listener)

    def offered(self) -> Sequence[Offered]:
        self._life.end_due()
        return [
            Offered(
                unit=product.unit,
                title=listing.title,
                sku=product.sku,
                price_minor=product.price_minor,
                quantity=product.quantity,
            )
            for listing in self._store.listings.values()
            if listing.state == "active"
            for product in listing.products
            if product.is_enabled and product.quantity > 0
        ]

    def buy(self, unit: UnitId, quantity: int = 1) -> OrderId:
        return self.buy_together({unit: quantity})

    def buy_together(self, wanted: Mapping[UnitId, int]) -> OrderId:
        self._life.end_due()
        return OrderId(str(self._orders.place(wanted).id))

    def pay(self, order: OrderId) -> None:
        self._orders.pay(self._receipt(order))

    def fulfil(self, order: OrderId) -> None:
        self._orders.ship(self._receipt(order))

    def deliver(self, order: OrderId) -> None:
        """The buyer has the parcel."""
        self._orders.deliver(self._receipt(order))

    def cancel(self, order: OrderId, *, restock: bool) -> None:
        del restock  # Etsy has no such word: see `etsy.cancel_restocks`
        self._orders.cancel(self._receipt(order))

    def refund(self, order: OrderId, *, quantity: int, restock: RestockType) -> None:
        self._orders.refund(self._receipt(order), quantity=quantity, restock=restock)

    def edit_stock(self, unit: UnitId, *, delta: int, location: int = 0) -> None:
        del location  # Etsy has no locations
        listing, product = self._store.find(unit)
        if product is None:
            raise EditRefused(f"the listing of {unit} is deleted")
        if product.quantity + delta > QUANTITY_MAX:
            raise EditRefused(
                f"Etsy takes at most {QUANTITY_MAX} of {unit}, and {product.quantity} are there"
            )
        applied = max(delta, -product.quantity)
        if applied == 0:
            return
        self._shop.remember(listing)
        listing.set_quantity(product, product.quantity + applied)
        step = self._store.took_a_step()
        if applied < 0:
            product.taken_at_step = step
        listing.updated_at = self._store.now()
        self._stock.tell(
            EditedByHand(
                market="etsy",
                unit=unit,
                parts=product.parts,
                delta=applied,
                at=self._store.now(),
            )
        )
        self._life.sell_out(listing)
        self._life.restore(listing, by="person")
        self._stock.announce(listing, by="person")

    def removable(self, unit: UnitId, *, location: int = 0) -> int:
        del location
        _, product = self._store.find(unit)
        return 0 if product is None else product.quantity

    def withdraw(self, unit: UnitId) -> None:
        """A person takes the unit's whole listing off sale.

        Raises:
            NotForSale: its state does not allow that.
        """
        listing, _ = self._store.find(unit)
        try:
            self._life.deactivate(listing, by="person")
        except Refusal as refusal:
            raise NotForSale(unit) from refusal

    def reactivate(self, unit: UnitId) -> None:
        listing, product = self._store.find(unit)
        if product is None:
            raise EditRefused(f"the listing of {unit} is deleted")
        if not self._shop.faults.strikes("etsy.ghost_unit"):
            raise EditRefused("etsy.ghost_unit is off: no listing is put back by hand")
        if listing.quantity == 0 and listing.state != "sold_out":
            listing.set_quantity(product, 1)
            self._store.took_a_step()
        try:
            self._life.activate(listing, by="person")
        except Refusal as refusal:
            raise EditRefused(str(refusal.body.get("error", refusal.body))) from refusal

    def delete(self, unit: UnitId) -> None:
        listing, product = self._store.find(unit)
        if product is not None:
            self._life.delete(listing, by="person")

    def take_away(self, unit: UnitId) -> None:
        """Etsy takes the unit's listing away: nobody is shown it, and nobody is told."""
        listing, product = self._store.find(unit)
        if product is not None:
            self._life.take_away(listing)

    def give_back(self, unit: UnitId) -> None:
        """Etsy gives back what it took away."""
        self._life.give_back(self._store.listing_of[unit])

    def revoke(self) -> None:
        """The seller takes all access back."""
        self._shop.grants.revoke_all()

    def allow_only(self, scopes: Iterable[str]) -> None:
        """The seller gives the app these rights and no others."""
        self._shop.grants.allow_only(scopes)

    def retype_sku(self, unit: UnitId, sku: str) -> None:
        listing, product = self._store.find(unit)
        if product is not None:
            product.sku = sku
            self._store.took_a_step()
            listing.updated_at = self._store.now()

    def rename_variation(self, unit: UnitId, text: str) -> None:
        """A person types another name for the unit's first property value, as "US 6" for "6".

        Raises:
            EditRefused: it has none, or another one reads so.
        """
        listing, product = self._store.find(unit)
        if product is None:
            raise EditRefused(f"the listing of {unit} is deleted")
        self._shop.remember(listing)
        rename_value(listing, product, text, self._store.new_id)
        self._store.took_a_step()
        listing.updated_at = self._store.now()
        self._shop.notices.of_inventory("updated", listing)

    def buyable(self, unit: UnitId) -> int:
        self._life.end_due()
        return self._stock.buyable(unit)

    def units(self) -> Mapping[UnitId, tuple[tuple[PieceId, int], ...]]:
        return dict(self._store.units)

    def truth(self) -> dict[str, Any]:
        return report_of(self._shop)

    @property
    def _life(self) -> Life:
        return self._shop.life

    @property
    def _orders(self) -> Orders:
        return self._shop.orders

    def _receipt(self, order: OrderId) -> Receipt:
        receipt = self._store.receipts.get(int(order)) if order.isdecimal() else None
        if receipt is None:
            raise NoSuchOrder(order)
        return receipt
