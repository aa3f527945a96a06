"""Where an order's pieces are taken from: chosen when it is placed, moved by a person later."""

from marketsim.market import OrderClosed
from marketsim.shopify.order_records import Allocation, FulfillmentOrder, Line, Order
from marketsim.shopify.records import Level, Location
from marketsim.shopify.stock import Stock
from marketsim.shopify.store import Store


def allocate(store: Store, stock: Stock, order: Order, line: Line) -> list[tuple[Level, int]]:
    """Draw on the first location that has all, else on each in turn, the rest on the first."""
    levels = stock.serving(line.variant)
    if not levels:
        first = next(iter(store.locations.values()))
        levels = [stock.level_of(line.variant.item, first)]
    whole = [level for level in levels if level.quantities["available"] >= line.quantity]
    held = dict.fromkeys((level.number for level in levels), 0)
    left = line.quantity
    for level in whole[:1] or levels:
        held[level.number] = min(left, max(0, level.quantities["available"]))
        left -= held[level.number]
    held[levels[0].number] += left
    taken = [(level, held[level.number]) for level in levels if held[level.number]]
    for level, pieces in taken:
        _assign(store, _shipment_at(store, order, level.location), line, pieces)
    return taken


def move(
    store: Store, stock: Stock, order: Order, there: Location, *, pieces: int | None = None
) -> None:
    """A person has what is unshipped shipped from another place: all of it, or some of a line.

    A fulfilment order that is moved whole keeps its id; what leaves one that stays is another.

    Raises:
        OrderClosed: nothing of it is to be shipped from elsewhere.
    """
    left = sum(line.unfulfilled_quantity for line in order.lines) if pieces is None else pieces
    moved = 0
    for shipment in [it for it in order.shipments if it.location is not there]:
        waiting = sum(it.open for it in shipment.lines)
        whole = waiting <= left and all(it.open == it.quantity for it in shipment.lines)
        for allocation in list(shipment.lines):
            step = min(left, allocation.open)
            if not step:
                continue
            _take_stock_along(stock, allocation, there, step)
            left -= step
            moved += step
            if not whole:
                allocation.quantity -= step
                _assign(store, _shipment_at(store, order, there), allocation.line_item, step)
        if whole and waiting:
            shipment.location = there
    if not moved:
        raise OrderClosed(f"{order.name} has nothing to be shipped from elsewhere")


def _take_stock_along(stock: Stock, allocation: Allocation, there: Location, pieces: int) -> None:
    if not allocation.counted:
        return
    item = allocation.line_item.variant.item
    back = stock.level_of(item, allocation.location)
    stock.move(back, {"available": pieces, "committed": -pieces}, by="person")
    taken = stock.level_of(item, there)
    stock.move(taken, {"available": -pieces, "committed": pieces}, by="person")


def _shipment_at(store: Store, order: Order, place: Location) -> FulfillmentOrder:
    for known in order.shipments:
        if known.location is place:
            return known
    made = FulfillmentOrder(number=store.next_number(), order=order, location=place)
    order.shipments.append(made)
    store.shipments[made.number] = made
    return made


def _assign(store: Store, shipment: FulfillmentOrder, line: Line, pieces: int) -> None:
    allocation = Allocation(
        number=store.next_number(),
        line_item=line,
        shipment=shipment,
        quantity=pieces,
        counted=line.variant.item.tracked,
    )
    shipment.lines.append(allocation)
    line.allocations.append(allocation)
