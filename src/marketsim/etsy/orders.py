"""Orders: bought, paid, shipped, cancelled and refunded, with what each does to stock."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from marketsim.etsy.fees import Account, payment_fee_minor, transaction_fee_minor
from marketsim.etsy.life import Life
from marketsim.etsy.notices import Notices
from marketsim.etsy.people import draw_buyer
from marketsim.etsy.receipts import Receipt, Refund, Shipment, Transaction
from marketsim.etsy.records import Key, Listing, Product
from marketsim.etsy.settings import Settings
from marketsim.etsy.staleness import remember
from marketsim.etsy.stock import Stock, on_sale
from marketsim.etsy.store import Store
from marketsim.faults import Faults
from marketsim.market import NotForSale, OrderClosed, OrderId, RestockType, Returned, Sold, UnitId

SHIPPING_MINOR = 1_200


class Orders:
    """The shop's orders. Quantity falls when a buyer orders, before any payment."""

    def __init__(
        self,
        store: Store,
        stock: Stock,
        life: Life,
        faults: Faults,
        account: Account,
        notices: Notices,
        settings: Settings,
    ) -> None:
        """Sell from `store`."""
        self._store = store
        self._stock = stock
        self._life = life
        self._faults = faults
        self._account = account
        self._notices = notices
        self._settings = settings

    def place(self, wanted: Mapping[UnitId, int]) -> Receipt:
        """A buyer orders, unpaid.

        Raises:
            NotForSale: of one of the units not so many can be bought.
            NoSuchUnit: one of them never existed.
        """
        cart = self._cart(wanted)
        receipt = self._receipt([self._line(*each) for each in cart])
        self._store.receipts[receipt.id] = receipt
        sold = {listing.id: listing for listing, _, _ in cart}
        for listing in sold.values():
            self._remember(listing)
        for listing, product, quantity in cart:
            self._take(listing, product, quantity)
            self._stock.tell(
                Sold(
                    market="etsy",
                    order=OrderId(str(receipt.id)),
                    unit=product.unit,
                    quantity=quantity,
                    parts=product.parts,
                    at=receipt.created_at,
                )
            )
        for listing in sold.values():
            self._life.sold(listing)
            self._stock.announce(listing, by="buyer")
        return receipt

    def _cart(self, wanted: Mapping[UnitId, int]) -> list[tuple[Listing, Product, int]]:
        """What is wanted, if all of it is there; products that share a quantity draw on it both."""
        cart: list[tuple[Listing, Product, int]] = []
        drawn: Counter[tuple[int, Key]] = Counter()
        for unit, quantity in wanted.items():
            listing, product = self._store.find(unit)
            if product is None or quantity < 1:
                raise NotForSale(unit)
            pool = (listing.id, listing.pool_of(product))
            drawn[pool] += quantity
            if drawn[pool] > on_sale(listing, product):
                raise NotForSale(unit)
            cart.append((listing, product, quantity))
        return cart

    def pay(self, receipt: Receipt) -> None:
        """The payment arrives; a second time changes nothing."""
        if receipt.cancelled_at is not None:
            raise OrderClosed(str(receipt.id))
        if receipt.paid_at is not None:
            return
        now = receipt.paid_at = self._store.now()
        self._changed(receipt)
        total = receipt.total_minor
        for amount, kind in (
            (total, "payment_gross"),
            (-payment_fee_minor(total), "payment_processing_fee"),
            (-transaction_fee_minor(total), "transaction"),
        ):
            self._account.post(
                amount, kind, reference_type="receipt", reference_id=receipt.id, at=now
            )
        self._notices.of_order("paid", receipt)

    def ship(self, receipt: Receipt, *, carrier: str = "", tracking_code: str = "") -> None:
        """The seller ships; again only adds another parcel."""
        if receipt.cancelled_at is not None or receipt.paid_at is None:
            raise OrderClosed(str(receipt.id))
        now = self._store.now()
        parcel = Shipment(
            id=self._store.new_id("other"), carrier=carrier, tracking_code=tracking_code, at=now
        )
        receipt.shipments.append(parcel)
        first = receipt.shipped_at is None
        receipt.shipped_at = receipt.shipped_at or now
        self._changed(receipt)
        if first:
            self._notices.of_order("shipped", receipt)

    def deliver(self, receipt: Receipt) -> None:
        """The parcel has arrived."""
        if receipt.shipped_at is None or receipt.cancelled_at is not None:
            raise OrderClosed(str(receipt.id))
        receipt.delivered_at = receipt.delivered_at or self._store.now()
        self._notices.of_order("delivered", receipt)

    def cancel(self, receipt: Receipt) -> None:
        """The whole order is off; Etsy puts nothing back on sale unless a trap says so."""
        if receipt.cancelled_at is not None or receipt.shipped_at is not None:
            raise OrderClosed(str(receipt.id))
        receipt.cancelled_at = self._store.now()
        self._changed(receipt, found=not self._faults.strikes("etsy.modified_misses_cancels"))
        if receipt.paid_at is not None:
            self._give_back(receipt, receipt.total_minor - receipt.refunded_minor, "canceled")
        for line in receipt.transactions:
            self._return(receipt, line, line.quantity - line.refunded, on_shelf=True)
            if self._faults.strikes("etsy.cancel_restocks"):
                self._restock(line, line.quantity - line.refunded)
        self._notices.of_order("canceled", receipt)

    def refund(self, receipt: Receipt, *, quantity: int, restock: RestockType) -> None:
        """Money for pieces of the first line that still has as many; Etsy moves no stock."""
        closed = receipt.cancelled_at is not None or receipt.paid_at is None
        lines = [t for t in receipt.transactions if t.quantity - t.refunded >= quantity > 0]
        if closed or not lines:
            raise OrderClosed(str(receipt.id))
        line = lines[0]
        line.refunded += quantity
        whole = all(each.refunded == each.quantity for each in receipt.transactions)
        left = receipt.total_minor - receipt.refunded_minor
        self._give_back(receipt, left if whole else line.price_minor * quantity, "refunded")
        self._return(receipt, line, quantity, on_shelf=restock != "no_restock")
        self._changed(
            receipt,
            told=not self._faults.strikes("etsy.updated_misses_refunds"),
            found=not self._faults.strikes("etsy.modified_misses_cancels"),
        )

    def _give_back(self, receipt: Receipt, amount_minor: int, reason: str) -> None:
        now = self._store.now()
        number = self._store.new_id("other")
        receipt.refunds.append(Refund(id=number, amount_minor=amount_minor, reason=reason, at=now))
        self._account.post(
            -amount_minor, "refund_gross", reference_type="receipt", reference_id=receipt.id, at=now
        )

    def _return(
        self, receipt: Receipt, line: Transaction, quantity: int, *, on_shelf: bool
    ) -> None:
        if quantity == 0:
            return
        self._stock.tell(
            Returned(
                market="etsy",
                order=OrderId(str(receipt.id)),
                unit=line.unit,
                quantity=quantity,
                parts=line.parts,
                restocked=on_shelf,
                at=self._store.now(),
            )
        )

    def _restock(self, line: Transaction, quantity: int) -> None:
        listing, product = self._store.find(line.unit)
        if product is None:
            return
        self._remember(listing)
        listing.set_quantity(product, product.quantity + quantity)
        self._store.took_a_step()
        self._life.restore(listing, by="marketplace")
        self._stock.announce(listing, by="marketplace")

    def _remember(self, listing: Listing) -> None:
        stale_s = self._settings.stale_s
        remember(self._faults, listing, now=self._store.now(), stale_s=stale_s)

    def _take(self, listing: Listing, product: Product, quantity: int) -> None:
        listing.set_quantity(product, product.quantity - quantity)
        product.sold_at_step = self._store.took_a_step()
        product.last_sold = quantity
        listing.updated_at = self._store.now()

    def _line(self, listing: Listing, product: Product, quantity: int) -> Transaction:
        nulls = self._faults.strikes("etsy.transaction_nulls")
        return Transaction(
            id=self._store.new_id("transaction"),
            listing=listing,
            unit=product.unit,
            parts=product.parts,
            product_id=None if nulls else product.id,
            sku=None if nulls or not product.sku else product.sku,
            title=listing.title,
            description=listing.description,
            quantity=quantity,
            price_minor=product.price_minor,
            values=product.values,
        )

    def _receipt(self, lines: list[Transaction]) -> Receipt:
        now = self._store.now()
        lag_s = 0.0
        if self._faults.strikes("etsy.receipt_lag"):
            lag_s = self._faults.stream("etsy.receipt_lag").uniform(
                self._settings.receipt_lag_s_min, self._settings.receipt_lag_s_max
            )
        return Receipt(
            id=self._store.new_id("receipt"),
            buyer=draw_buyer(self._store.rng),
            transactions=lines,
            shipping_minor=SHIPPING_MINOR,
            tax_minor=0,
            created_at=now,
            visible_at=now + timedelta(seconds=lag_s),
            updated_at=now,
            found_at=now,
        )

    def _changed(self, receipt: Receipt, *, told: bool = True, found: bool = True) -> None:
        """`told`: updated_timestamp moves; `found`: min_last_modified finds it."""
        now = self._store.now()
        receipt.updated_at = now if told else receipt.updated_at
        receipt.found_at = now if found else receipt.found_at
