"""Orders in PEG's words: each unit of a line is committed, shipped, restocked or written off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

import structlog

from peg.domain.errors import PegError
from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.marketplaces.port import Unreadable
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


class States(TypedDict):
    """How many units of a line are in each state."""

    committed: int
    shipped: int
    restocked: int
    written_off: int


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
        except PegError as error:
            told = node.get("id") if isinstance(node, Mapping) else None
            unreadable.append(Unreadable.of(_number_or_none(told), error, node))
    return orders, unreadable


def _number_or_none(told: object) -> str:
    return str(told).rpartition("/")[2] if isinstance(told, str) else ""


def order_of(order: Any, shop: ShopId, *, fetched_at: datetime) -> OrderSnapshot:
    """An order as GraphQL tells it.

    A line that cannot be read makes the snapshot incomplete; it never hides the others.
    """
    returned, whole_refunds = _returned(order)
    places, whole_places = _places(order)
    told = at(order, "lineItems")
    lines = [_line_or_none(line, shop, returned, places) for line in things(told, "nodes")]
    cancelled = at(order, "cancelledAt")
    return OrderSnapshot(
        shop=shop,
        order=number(at(order, "id")),
        name=text(order, "name"),
        created_at=moment(at(order, "createdAt")),
        updated_at=moment(at(order, "updatedAt")),
        fetched_at=fetched_at,
        lines=[line for line in lines if line is not None],
        paid=text(order, "displayFinancialStatus") not in UNPAID,
        cancelled_at=moment(cancelled) if cancelled else None,
        complete=(whole_refunds and whole_places and None not in lines and not goes_on(told)),
        test=bool(at(order, "test")),
    )


def _line_or_none(
    line: Any, shop: ShopId, returned: Mapping[str, Returned], places: Mapping[str, str | None]
) -> LineSnapshot | None:
    try:
        return _line(line, shop, returned, places)
    except PegError as error:
        log.warning("order.line_unreadable", shop=shop, why=str(error))
        return None


def _line(
    line: Any, shop: ShopId, returned: Mapping[str, Returned], places: Mapping[str, str | None]
) -> LineSnapshot:
    line_id = number(at(line, "id"))
    counted = Counted(
        quantity=whole(line, "quantity"),
        current=whole(line, "currentQuantity"),
        unfulfilled=whole(line, "unfulfilledQuantity"),
        returned=returned.get(line_id, Returned()),
    )
    money = at(line, "originalUnitPriceSet", "shopMoney")
    return LineSnapshot(
        line=line_id,
        sku=text(line, "sku"),
        title=text(line, "title"),
        ref=_ref(at(line, "variant"), shop),
        **counted.states(),
        remote_location=places.get(line_id),
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


def _returned(order: Any) -> tuple[Mapping[str, Returned], bool]:
    found: dict[str, Returned] = {}
    refunds = refunds_of(order)
    complete = not goes_on(refunds)
    for refund in things(refunds, "nodes"):
        lines = at(refund, "refundLineItems")
        complete &= not goes_on(lines)
        for row in things(lines, "nodes"):
            one = found.setdefault(number(at(row, "lineItem", "id")), Returned())
            if at(row, "restockType") == "NO_RESTOCK":
                one.not_restocked += whole(row, "quantity")
            else:
                one.restocked += whole(row, "quantity")
    return found, complete


def _places(order: Any) -> tuple[Mapping[str, str | None], bool]:
    """Where each line ships from; None for one that is split over several places."""
    found: dict[str, str | None] = {}
    page = at(order, "fulfillmentOrders")
    complete = not goes_on(page)
    for part in things(page, "nodes"):
        location = at(part, "assignedLocation", "location")
        lines = at(part, "lineItems")
        complete &= not goes_on(lines)
        if location is None:
            continue
        place = number(at(location, "id"))
        for row in things(lines, "nodes"):
            line = number(at(row, "lineItem", "id"))
            found[line] = place if found.get(line, place) == place else None
    return found, complete
