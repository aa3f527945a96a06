"""Orders in PEG's words: each unit of a line is committed, shipped, restocked or written off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from peg.domain.errors import PegError
from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.marketplaces.port import Unreadable, UnreadableOrder
from peg.marketplaces.shopify.line_places import Back, Shipment, States, shares_of
from peg.marketplaces.shopify.reading import (
    Page,
    goes_on,
    moment,
    number,
    page_of,
    text,
    things,
    whole,
)
from peg.marketplaces.shopify.reading import field as at

log = structlog.get_logger()

REFUNDS_PER_ORDER = 10
"""As `operations.graphql` asks for."""

UNPAID = {"PENDING", "EXPIRED", "VOIDED", "AUTHORIZED"}


@dataclass(slots=True)
class Returned:
    """Units of one line that were given back."""

    restocked: int = 0
    not_restocked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The marketplace's figures of one line."""

    quantity: int
    current: int
    unfulfilled: int
    returned: Returned = field(default_factory=Returned)

    def states(self) -> States:
        """Sort every unit into one of the four states.

        Units that left the order without a refund were removed by an edit of it, which puts them
        back on the shelf. What was refunded without a restock is not to be sold again.
        """
        committed = min(self.unfulfilled, self.current)
        left = self.quantity - self.current
        written_off = min(self.returned.not_restocked, left)
        return {
            "committed": committed,
            "shipped": self.current - committed,
            "restocked": left - written_off,
            "written_off": written_off,
        }


def orders_of(
    nodes: Sequence[Any], shop: ShopId, *, fetched_at: datetime
) -> tuple[list[OrderSnapshot], list[Unreadable]]:
    """The orders of a page, and those of them that cannot be read."""
    orders: list[OrderSnapshot] = []
    unreadable: list[Unreadable] = []
    for node in nodes:
        try:
            orders.append(order_of(node, shop, fetched_at=fetched_at))
        except UnreadableOrder as error:
            unreadable.append(error.odd)
            orders += [] if error.part is None else [error.part]
    return orders, unreadable


def order_of(order: Any, shop: ShopId, *, fetched_at: datetime) -> OrderSnapshot:
    """An order as GraphQL tells it. PEG asks for nothing of its buyer.

    Raises:
        UnreadableOrder: it lacks what it must have. A line that does hides no other: they are the
            part that can be read.
    """
    try:
        found, odd = _snapshot(order, shop, fetched_at=fetched_at)
    except PegError as error:
        raise UnreadableOrder(Unreadable.of(_number_or_none(order), str(error), order)) from error
    if found.complete:
        return found
    why = "; ".join(odd) or "its lists were not read to their end"
    raise UnreadableOrder(Unreadable.of(found.order, why, order), found)


def _number_or_none(order: Any) -> str:
    told = order.get("id") if isinstance(order, Mapping) else None
    return told.rpartition("/")[2] if isinstance(told, str) else ""


def _snapshot(
    order: Any, shop: ShopId, *, fetched_at: datetime
) -> tuple[OrderSnapshot, Sequence[str]]:
    """What can be read of an order, and what is odd about the rest."""
    about, whole_lists = _about_lines(order)
    told = at(order, "lineItems")
    lines: list[LineSnapshot] = []
    odd: list[str] = []
    for line in things(told, "nodes"):
        try:
            lines.append(_line(line, shop, about))
        except PegError as error:
            odd.append(str(error))
    cancelled, updated_at = at(order, "cancelledAt"), moment(at(order, "updatedAt"))
    return OrderSnapshot(
        shop=shop,
        order=number(at(order, "id")),
        name=text(order, "name"),
        created_at=moment(at(order, "createdAt")),
        updated_at=updated_at,
        fetched_at=fetched_at,
        lines=lines,
        paid=text(order, "displayFinancialStatus") not in UNPAID,
        cancelled_at=moment(cancelled) if cancelled else None,
        left_by=updated_at,  # an order is changed by each shipment
        complete=whole_lists and not odd and not goes_on(told),
        test=bool(at(order, "test")),
    ), odd


@dataclass(slots=True)
class _About:
    """What an order tells of one line beside the line itself."""

    returned: Returned = field(default_factory=Returned)
    shipments: list[Shipment] = field(default_factory=list)
    back: list[Back] = field(default_factory=list)


def _line(line: Any, shop: ShopId, about: Mapping[str, _About]) -> LineSnapshot:
    line_id = number(at(line, "id"))
    mine = about.get(line_id, _About())
    states = Counted(
        quantity=whole(line, "quantity"),
        current=whole(line, "currentQuantity"),
        unfulfilled=whole(line, "unfulfilledQuantity"),
        returned=mine.returned,
    ).states()
    money = at(line, "originalUnitPriceSet", "shopMoney")
    return LineSnapshot(
        line=line_id,
        sku=text(line, "sku"),
        title=text(line, "title"),
        ref=_ref(at(line, "variant"), shop),
        **states,
        shares=shares_of(states, mine.shipments, mine.back),
        price=Money.parse(text(money, "amount"), text(money, "currencyCode")),
    )


def _ref(variant: Any, shop: ShopId) -> OfferRef | None:
    """None where the product was deleted: Shopify then gives null without an error."""
    if variant is None:
        return None
    return OfferRef(
        shop=shop,
        listing=number(at(variant, "product", "id")),
        variant=number(at(variant, "id")),
        stock_unit=number(at(variant, "inventoryItem", "id")),
    )


def refunds_of(order: Any) -> Page:
    """An order's refunds: a list without pages, which may have been cut off if it is full."""
    told = at(order, "refunds")
    if isinstance(told, Mapping):  # followed to its end already
        return told
    return page_of(things(order, "refunds"), more=len(told) >= REFUNDS_PER_ORDER)


def _about_lines(order: Any) -> tuple[Mapping[str, _About], bool]:
    """What stands beside the lines, by line, and whether that is all of it."""
    found: dict[str, _About] = {}
    refunds = refunds_of(order)
    shipments = at(order, "fulfillmentOrders")
    complete = not goes_on(refunds) and not goes_on(shipments)
    for refund in things(refunds, "nodes"):
        rows = at(refund, "refundLineItems")
        complete &= not goes_on(rows)
        for row in things(rows, "nodes"):
            _keep_return(found.setdefault(_line_of(row), _About()), row)
    for shipment in things(shipments, "nodes"):
        rows = at(shipment, "lineItems")
        complete &= not goes_on(rows)
        location = at(shipment, "assignedLocation", "location")
        if location is None:  # of a place that was deleted nothing is left but its name
            continue
        place, status = number(at(location, "id")), text(shipment, "status")
        for row in things(rows, "nodes"):
            mine = found.setdefault(_line_of(row), _About())
            mine.shipments.append(_shipment(place, status, row))
    return found, complete


def _line_of(row: Any) -> str:
    return number(at(row, "lineItem", "id"))


def _keep_return(about: _About, row: Any) -> None:
    units, kind = whole(row, "quantity"), text(row, "restockType")
    if kind == "NO_RESTOCK":
        about.returned.not_restocked += units
        return
    about.returned.restocked += units
    location = at(row, "location")
    if location is not None:
        place = number(at(location, "id"))
        about.back.append(Back(place=place, units=units, had_left=kind == "RETURN"))


def _shipment(place: str, status: str, row: Any) -> Shipment:
    """One that was cancelled ships nothing any more; another one says where its units are."""
    if status == "CANCELLED":
        return Shipment(place=place)
    waiting = whole(row, "remainingQuantity")
    left = max(0, whole(row, "totalQuantity") - waiting)
    return Shipment(place=place, waiting=0 if status == "CLOSED" else waiting, left=left)
