"""The only code that changes products, and who is told of it."""

from collections.abc import Callable, Iterable

from marketsim.shopify.records import Product, Variant
from marketsim.shopify.stock import By, Stock
from marketsim.shopify.store import Store


class Products:
    """Changes products, then tells subscribers and listeners."""

    def __init__(self, store: Store, stock: Stock) -> None:
        self._store = store
        self._stock = stock
        self.on_updated: Callable[[Product], None] = lambda _product: None
        self.on_deleted: Callable[[Product], None] = lambda _product: None

    def changed(self, product: Product, *, by: By) -> None:
        """Note the time and tell everybody that the product is not what it was."""
        product.updated_at = self._store.now()
        self.on_updated(product)
        self._stock.announce(product.variants, by=by)

    def set_status(self, product: Product, status: str, *, by: By) -> None:
        """ACTIVE, ARCHIVED, DRAFT or UNLISTED."""
        if product.status != status:
            product.status = status
            self.changed(product, by=by)

    def publish(self, product: Product, publications: Iterable[int], *, by: By) -> None:
        """Show the product on sales channels too."""
        wanted = set(publications) - product.published_on
        if wanted:
            product.published_on |= wanted
            product.published_at = product.published_at or self._store.now()
            self.changed(product, by=by)

    def delete(self, product: Product, *, by: By) -> None:
        """Remove the product for good; orders keep its lines, whose variant is null from now on."""
        self._store.remove_product(product)
        self.on_deleted(product)
        self._stock.announce(product.variants, by=by)

    def recognise(self, variant: Variant) -> None:
        """A new variant with a SKU of the jeweller's sells those pieces."""
        if not variant.parts and variant.sku in self._store.parts_by_sku:
            variant.parts = self._store.parts_by_sku[variant.sku]
            self._store.ever_sold[variant.gid] = variant

    def drop_variant(self, variant: Variant, *, by: By) -> None:
        """Remove one variant of a product."""
        variant.product.variants.remove(variant)
        self._store.remove_variant(variant)
        self._stock.announce([variant], by=by)
