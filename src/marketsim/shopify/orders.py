"""What becomes of an order: bought, paid, shipped, cancelled, refunded, edited. Stock follows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from marketsim.market import NotForSale, OrderClosed
from marketsim.shopify.order_records import Allocation, Line, Order, Payment, Refund, RefundLine
from marketsim.shopify.paying import PayBack, back_by_the_way_it_came
from marketsim.shopify.records import Location, Variant
from marketsim.shopify.shipping import allocate, move
from marketsim.shopify.stock import By, Stock
from marketsim.shopify.store import Store
from marketsim.shopify.telling import tell_returned, tell_sold

FIRST_ORDER_NUMBER = 1001
OrderEvent = Callable[[str, Order], None]
Cart = Sequence[tuple[Variant, int]]
"""What is bought together, and how many of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Pieces of one line to refund; `restock_type` as Shopify names it."""

    line: Line
    quantity: int
    restock_type: str
    location: Location | None = None

    @property
    def price_minor(self) -> int:
        """What they were sold for."""
        return self.quantity * self.line.price_minor


class Orders:
    """Changes orders and their stock together, and reports each step by its webhook's topic."""

    def __init__(self, store: Store, stock: Stock) -> None:
        self._store = store
        self._stock = stock
        self.on_event: OrderEvent = lambda _topic, _order: None
        self.on_refund: Callable[[Order, Refund], None] = lambda _order, _refund: None
        self.on_edit: Callable[[Order, Line, int], None] = lambda _order, _line, _removed: None

    def place(self, cart: Cart, *, source: str = "web", anyway: bool = False) -> Order:
        """Create an unpaid order; available falls and committed rises at once.

        `anyway` sells below zero, as a till or a checkout that was begun earlier does.

        Raises:
            NotForSale: fewer can be bought.
        """
        for variant, quantity in cart:
            if quantity < 1:
                raise ValueError(f"an order takes at least one piece, got {quantity}")
            there = self._stock.can_hand_over if anyway else self._stock.can_be_bought
            if not there(variant, quantity):
                raise NotForSale(f"{variant.gid}: fewer than {quantity} can be bought")
        now = self._store.now()
        lines = [self._line(variant, quantity) for variant, quantity in cart]
        order = Order(
            number=self._store.next_number(),
            order_number=FIRST_ORDER_NUMBER + len(self._store.orders),
            token=self._store.uuid().replace("-", ""),
            lines=lines,
            created_at=now,
            updated_at=now,
            source_name=source,
        )
        self._store.orders[order.number] = order
        for line in lines:
            taken = allocate(self._store, self._stock, order, line)
            tell_sold(self._store, self._stock, order, line)
            for level, pieces in taken if line.variant.item.tracked else ():
                moved = {"available": -pieces, "committed": pieces}
                self._stock.move(level, moved, by="buyer", quiet=True)
        self.on_event("orders/create", order)
        self._stock.announce([variant for variant, _ in cart], by="buyer")
        return order

    def _line(self, variant: Variant, quantity: int) -> Line:
        return Line(
            number=self._store.next_number(),
            variant=variant,
            parts=variant.parts,
            sku=variant.sku,
            title=variant.product.title,
            variant_title=variant.title,
            price_minor=variant.price_minor,
            quantity=quantity,
        )

    def pay(self, order: Order) -> None:
        """The payment arrives; once.

        Raises:
            OrderClosed: it is paid or cancelled already.
        """
        if order.paid_at is not None or order.cancelled_at is not None:
            raise OrderClosed(f"{order.name} is paid or cancelled already")
        order.paid_at = self._store.now()
        order.payment = Payment(number=order.number + 1, amount_minor=order.current_total_minor)
        self._touch(order, "orders/paid")

    def fulfil(self, order: Order) -> None:
        """Ship everything unshipped: committed and with it on_hand fall.

        Raises:
            OrderClosed: nothing is left to ship.
        """
        open_before = [a for line in order.lines for a in line.allocations if a.open]
        if not open_before:
            raise OrderClosed(f"{order.name} has nothing left to ship")
        for line in order.lines:
            for allocation in line.allocations:
                pieces = allocation.open
                allocation.fulfilled += pieces
                self._move(line, allocation, {"committed": -pieces}, by="person")
        self._touch(order, "orders/fulfilled")

    def send_from(self, order: Order, there: Location, *, pieces: int | None = None) -> None:
        """A person has what is unshipped, or so many pieces of it, shipped from another place.

        Raises:
            OrderClosed: nothing of it is to be shipped from elsewhere.
        """
        move(self._store, self._stock, order, there, pieces=pieces)
        self._touch(order, None)

    def cancel(
        self, order: Order, *, restock: bool, reason: str = "OTHER", by: By = "person"
    ) -> None:
        """Cancel the whole order; with `restock` its pieces can be sold again.

        Raises:
            OrderClosed: it is cancelled already or something was shipped.
        """
        if order.cancelled_at is not None or any(line.fulfilled for line in order.lines):
            raise OrderClosed(f"{order.name} is cancelled or was shipped: refund it")
        now = self._store.now()
        order.cancelled_at = order.closed_at = now
        order.cancel_reason = reason
        kind = "CANCEL" if restock else "NO_RESTOCK"
        back = [
            GiveBack(line=line, quantity=line.current_quantity, restock_type=kind)
            for line in order.lines
            if line.current_quantity
        ]
        if back:
            self._give_back(order, back, note=None, by=by, pays=None)
        self._touch(order, "orders/cancelled")

    def refund(
        self,
        order: Order,
        back: Sequence[GiveBack],
        *,
        note: str | None = None,
        by: By = "person",
        pays: PayBack | None = None,
    ) -> Refund:
        """Give pieces back: unshipped ones leave the order, shipped ones return or do not.

        A person pays back what they were sold for; an app pays back what it says it `pays`.

        Raises:
            OrderClosed: a line holds fewer.
        """
        for wanted in back:
            if not 1 <= wanted.quantity <= wanted.line.current_quantity:
                raise OrderClosed(f"{wanted.line.gid} holds {wanted.line.current_quantity}")
        refund = self._give_back(order, back, note=note, by=by, pays=pays)
        self._touch(order, None)
        return refund

    def remove(self, order: Order, quantity: int) -> None:
        """A person edits the order: unshipped pieces of its first line leave it, restocked.

        Raises:
            OrderClosed: fewer are unshipped.
        """
        line = order.lines[0]
        if not 1 <= quantity <= line.unfulfilled_quantity:
            raise OrderClosed(f"{line.gid} has {line.unfulfilled_quantity} unshipped")
        self._release(order, line, quantity, restock=True, by="person")
        self._touch(order, None)
        self.on_edit(order, line, quantity)

    def _give_back(
        self,
        order: Order,
        back: Sequence[GiveBack],
        *,
        note: str | None,
        by: By,
        pays: PayBack | None,
    ) -> Refund:
        lines = [row for wanted in back for row in self._give_line_back(order, wanted, by, pays)]
        number = self._store.next_number()
        paid = pays or PayBack(minor=sum(wanted.price_minor for wanted in back))
        refund = Refund(
            number=number,
            order=order,
            lines=lines,
            note=note,
            created_at=self._store.now(),
            payments=back_by_the_way_it_came(order, number, paid),
        )
        order.refunds.append(refund)
        self._store.refunds[refund.number] = refund
        order.updated_at = self._store.now()
        self.on_refund(order, refund)
        return refund

    def _give_line_back(
        self, order: Order, wanted: GiveBack, by: By, pays: PayBack | None
    ) -> list[RefundLine]:
        """Unshipped pieces first, then shipped ones, as separate rows of the refund.

        Of a refund without a restock that an app makes it is the shipped ones first: only the
        admin can say that those which were not are removed.
        """
        line = wanted.line
        restock = wanted.restock_type != "NO_RESTOCK"
        gone = line.fulfilled - line.refunded_after_fulfilment if pays and not restock else 0
        unshipped = min(max(0, wanted.quantity - gone), line.unfulfilled_quantity)
        shipped = wanted.quantity - unshipped
        rows = []
        if unshipped and pays and pays.keeps_fulfillable and not restock:
            line.refunded_and_kept += unshipped
            tell_returned(self._store, self._stock, order, line, unshipped, restocked=False)
            rows.append(self._row(line, unshipped, "NO_RESTOCK", None))
        elif unshipped:
            kind = "CANCEL" if restock else "NO_RESTOCK"
            for place, pieces in self._release(order, line, unshipped, restock=restock, by=by):
                rows.append(self._row(line, pieces, kind, place if restock else None))
        if shipped:
            place = wanted.location or line.allocations[0].location
            line.refunded_after_fulfilment += shipped
            tell_returned(self._store, self._stock, order, line, shipped, restocked=restock)
            if restock:
                self._put_back(line, place, shipped, by)
            kind = "RETURN" if restock else "NO_RESTOCK"
            rows.append(self._row(line, shipped, kind, place if restock else None))
        return rows

    def _release(
        self, order: Order, line: Line, quantity: int, *, restock: bool, by: By
    ) -> list[tuple[Location, int]]:
        """Take unshipped pieces out of the order, the latest allocation first; from where."""
        left = quantity
        released = []
        tell_returned(self._store, self._stock, order, line, quantity, restocked=restock)
        for allocation in reversed(line.allocations):
            pieces = min(left, allocation.open)
            if not pieces:
                continue
            allocation.removed += pieces
            left -= pieces
            released.append((allocation.location, pieces))
            moved = {"committed": -pieces} | ({"available": pieces} if restock else {})
            self._move(line, allocation, moved, by=by)
        return released

    def _row(
        self, line: Line, quantity: int, restock_type: str, location: Location | None
    ) -> RefundLine:
        return RefundLine(
            number=self._store.next_number(),
            line=line,
            quantity=quantity,
            restock_type=restock_type,
            location=location,
        )

    def _move(
        self, line: Line, allocation: Allocation, deltas: Mapping[str, int], *, by: By
    ) -> None:
        """Move the line's stock, unless its product was deleted meanwhile."""
        if allocation.counted and line.variant.number in self._store.variants:
            level = self._stock.level_of(line.variant.item, allocation.location)
            self._stock.move(level, deltas, by=by)

    def _put_back(self, line: Line, place: Location, pieces: int, by: By) -> None:
        if line.variant.item.tracked and line.variant.number in self._store.variants:
            level = self._stock.level_of(line.variant.item, place)
            self._stock.move(level, {"available": pieces}, by=by)

    def _touch(self, order: Order, topic: str | None) -> None:
        order.updated_at = self._store.now()
        if topic is not None:
            self.on_event(topic, order)
        self.on_event("orders/updated", order)
