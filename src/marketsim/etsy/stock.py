"""What visitors can buy, and who is told when it changes."""

from collections.abc import Iterable

from marketsim.etsy.records import Listing, Product
from marketsim.etsy.store import Store
from marketsim.market import By, Happening, Listener, OfferChanged, UnitId


class Stock:
    """Compares what units show with what was last told, and tells the difference."""

    def __init__(self, store: Store) -> None:
        """Watch the units of `store`."""
        self._store = store
        self._told: dict[UnitId, int] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call `listener` with each happening from now on."""
        self._listeners.append(listener)

    def tell(self, happening: Happening) -> None:
        """Tell everybody what has happened."""
        for listener in self._listeners:
            listener(happening)

    def buyable(self, unit: UnitId) -> int:
        """Pieces a visitor could buy now."""
        listing, product = self._store.find(unit)
        return 0 if product is None else on_sale(listing, product)

    def announce(self, listing: Listing, *, by: By, gone: Iterable[UnitId] = ()) -> None:
        """Tell what has changed for visitors of a listing; `gone` units have left it."""
        shown = {product.unit: on_sale(listing, product) for product in listing.products}
        if listing.id not in self._store.listings:
            shown = dict.fromkeys(shown, 0)
        for unit, buyable in (dict.fromkeys(gone, 0) | shown).items():
            if self._told.get(unit, 0) != buyable:
                self._told[unit] = buyable
                self.tell(
                    OfferChanged(
                        market="etsy",
                        unit=unit,
                        parts=self._store.units[unit],
                        buyable=buyable,
                        by=listing.blind.get(unit, by) if by == "app" else by,
                        at=self._store.now(),
                    )
                )


def on_sale(listing: Listing, product: Product) -> int:
    """Pieces of a product that visitors can put into their basket."""
    return product.quantity if listing.state == "active" and product.is_enabled else 0
