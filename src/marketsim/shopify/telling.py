"""What became of an order's pieces, as the world is told."""

from marketsim.market import OrderId, Returned, Sold
from marketsim.shopify.order_records import Line, Order
from marketsim.shopify.stock import Stock, unit_of
from marketsim.shopify.store import Store


def tell_sold(store: Store, stock: Stock, order: Order, line: Line) -> None:
    """All of a line was sold."""
    stock.tell(
        Sold(
            market="shopify",
            order=OrderId(order.gid),
            unit=unit_of(line.variant),
            quantity=line.quantity,
            parts=line.parts,
            at=store.exact_now(),
        )
    )


def tell_returned(
    store: Store, stock: Stock, order: Order, line: Line, quantity: int, *, restocked: bool
) -> None:
    """Pieces of a line are not sold any more."""
    stock.tell(
        Returned(
            market="shopify",
            order=OrderId(order.gid),
            unit=unit_of(line.variant),
            quantity=quantity,
            parts=line.parts,
            restocked=restocked,
            at=store.exact_now(),
        )
    )
