"""Orders as Shopify's webhooks tell them: the older wording, without places or inventory items."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from peg.domain.errors import PegError
from peg.domain.identity import OfferRef, ShopId
from peg.domain.money import Money
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.marketplaces.shopify.orders import Counted, Returned
from peg.marketplaces.shopify.reading import field, moment, text, things, whole

NAMED_MAX = 5
"""So many pieces of a delivery are named to people."""

_NO_REFUND_YET = {"pending", "expired", "voided", "authorized"}

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldOrder:
    """What a payload tells of an order.

    Attributes:
        snapshot: whole, or the part of it that is sure; None where nothing is.
        lacks: what kept the payload from being read whole; empty if nothing did.
        names: the pieces in it as they are written there, for people.
    """

    snapshot: OrderSnapshot | None
    lacks: str = ""
    names: Sequence[str] = ()


def told_order(told: Payload, shop: ShopId, *, fetched_at: datetime) -> ToldOrder:
    """The order of a payload, as far as that can be read."""
    try:
        return ToldOrder(snapshot=_whole(told, shop, fetched_at=fetched_at))
    except PegError as error:
        part = _part(told, shop, fetched_at=fetched_at)
        return ToldOrder(snapshot=part, lacks=str(error), names=_names(told))


def told_as_of(topic: str, told: Payload, *, otherwise: datetime) -> datetime:
    """The moment of Shopify's clock up to which a payload tells of its order.

    An order that is known of later than that holds all that the payload can tell.
    """
    at = {
        "orders/create": ("created_at",),
        "orders/edited": ("order_edit", "created_at"),
        "refunds/create": ("created_at",),
    }.get(topic, ("updated_at",))
    with suppress(PegError):
        return moment(field(told, *at))
    return otherwise


def _whole(told: Payload, shop: ShopId, *, fetched_at: datetime) -> OrderSnapshot:
    returned = _returned(told)
    currency = text(told, "currency")
    cancelled, updated_at = field(told, "cancelled_at"), moment(text(told, "updated_at"))
    return OrderSnapshot(
        shop=shop,
        order=str(whole(told, "id")),
        name=text(told, "name"),
        created_at=moment(text(told, "created_at")),
        updated_at=updated_at,
        fetched_at=fetched_at,
        lines=[
            replace(_line(line, shop, returned), price=Money.parse(text(line, "price"), currency))
            for line in things(told, "line_items")
        ],
        paid=text(told, "financial_status") not in _NO_REFUND_YET,
        cancelled_at=moment(cancelled) if cancelled else None,
        left_by=updated_at,
        test=bool(told.get("test", False)),
    )


def _part(told: Payload, shop: ShopId, *, fetched_at: datetime) -> OrderSnapshot | None:
    """The lines that were sold for sure and of which nothing went back; None if there are none.

    Without the rest of the payload nothing else is believed: no piece comes back by it. Where it
    does not say how new it is, whatever else is known of the order counts as newer.
    """
    order = str(whole(told, "id"))
    try:
        created_at = moment(field(told, "created_at"))
    except PegError:
        return None
    lines = list(_sold_for_sure(told, shop))
    if not lines:
        return None
    updated_at = created_at
    with suppress(PegError):
        updated_at = moment(field(told, "updated_at"))
    return OrderSnapshot(
        shop=shop,
        order=order,
        name=str(told.get("name") or order),
        created_at=created_at,
        updated_at=updated_at,
        fetched_at=fetched_at,
        lines=lines,
        paid=str(told.get("financial_status", "pending")) not in _NO_REFUND_YET,
        complete=False,
        test=bool(told.get("test", False)),
    )


def _sold_for_sure(told: Payload, shop: ShopId) -> Iterable[LineSnapshot]:
    for line in _lines(told):
        with suppress(PegError):
            if whole(line, "current_quantity") == whole(line, "quantity") > 0:
                yield _line(line, shop, {})


def _line(line: Payload, shop: ShopId, returned: Mapping[str, Returned]) -> LineSnapshot:
    """One line, without its price."""
    line_id = str(whole(line, "id"))
    counted = Counted(
        quantity=whole(line, "quantity"),
        current=whole(line, "current_quantity"),
        unfulfilled=whole(line, "fulfillable_quantity"),
        returned=returned.get(line_id, Returned()),
    )
    product, variant = field(line, "product_id"), field(line, "variant_id")
    ref = None
    if product is not None and variant is not None:
        ref = OfferRef(shop=shop, listing=str(product), variant=str(variant))
    return LineSnapshot(
        line=line_id,
        sku=text(line, "sku"),
        title=text(line, "title"),
        ref=ref,
        **counted.states(),
    )


def _returned(told: Payload) -> Mapping[str, Returned]:
    found: dict[str, Returned] = {}
    for refund in things(told, "refunds"):
        for row in things(refund, "refund_line_items"):
            one = found.setdefault(str(whole(row, "line_item_id")), Returned())
            if text(row, "restock_type") == "no_restock":
                one.not_restocked += whole(row, "quantity")
            else:
                one.restocked += whole(row, "quantity")
    return found


def _lines(told: Payload) -> Iterable[Payload]:
    """What stands among the lines and is one."""
    lines = told.get("line_items")
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list) else []


def _names(told: Payload) -> Sequence[str]:
    names = [str(line.get("sku") or line.get("title") or "") for line in _lines(told)]
    return list(dict.fromkeys(filter(None, names)))[:NAMED_MAX]
