"""Etsy's receipts in PEG's words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from peg.domain.errors import PegError
from peg.domain.identity import OfferRef, ShopId
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.marketplaces.etsy.answers import SECONDS_MAX, Json, moment, things, whole
from peg.marketplaces.etsy.translate import money
from peg.marketplaces.etsy.variants import options_of_sale, plain, variant_of
from peg.marketplaces.port import Unreadable, UnreadableOrder

log = structlog.get_logger()

CANCELED = "canceled"
_TOLD = frozenset({"status", "is_paid", "is_shipped"})
_KEPT = (
    *("receipt_id", "receipt_type", "status", "is_paid", "is_shipped"),
    *("create_timestamp", "created_timestamp", "update_timestamp", "updated_timestamp"),
)
_KEPT_OF_A_LINE = (
    *("transaction_id", "listing_id", "product_id", "sku", "title", "quantity", "price"),
    *("create_timestamp", "created_timestamp", "paid_timestamp", "shipped_timestamp"),
    *("is_digital", "product_data"),
)
"""`variations` may hold what a buyer wants engraved."""


def orders_of(
    shop: ShopId, receipts: Sequence[Json], fetched_at: datetime
) -> tuple[list[OrderSnapshot], list[Unreadable]]:
    """The orders of a page, and those of them that cannot be read."""
    orders: list[OrderSnapshot] = []
    unreadable: list[Unreadable] = []
    for receipt in receipts:
        try:
            orders.append(order_of(shop, receipt, fetched_at))
        except UnreadableOrder as error:
            unreadable.append(error.odd)
            orders += [] if error.part is None else [error.part]
    return orders, unreadable


def order_of(shop: ShopId, receipt: Json, fetched_at: datetime) -> OrderSnapshot:
    """One receipt as it is now.

    Paid or not, Etsy has taken the pieces off. What was cancelled before it was shipped never left
    and is `restocked`; whether Etsy itself shows it again is another matter: it does so for some
    listings and not for others. A refund names no line, full or partial, so it moves nothing: the
    pieces stay committed until they are shipped or the receipt is cancelled.

    Raises:
        UnreadableOrder: the receipt has no id or times, so that nothing can be kept; or a field or
            line cannot be read, which hides no other: those are the part that can.
    """
    try:
        found, odd = _snapshot(shop, receipt, fetched_at)
    except PegError as error:
        raise UnreadableOrder(_unreadable(receipt, str(error))) from error
    if found.complete:
        return found
    raise UnreadableOrder(_unreadable(receipt, "; ".join(odd)), found)


def _unreadable(receipt: Json, why: str) -> Unreadable:
    number = receipt.get("receipt_id")
    known = str(number) if isinstance(number, int) else ""
    return Unreadable.of(known, why, receipt, keep=_kept(receipt))


def _kept(receipt: Json) -> dict[str, Any]:
    """What may be kept of a receipt: nothing of its buyer, nor what one wrote."""
    found: dict[str, Any] = {name: receipt[name] for name in _KEPT if name in receipt}
    sold = receipt.get("transactions")
    if isinstance(sold, list):
        found["transactions"] = [
            {name: one[name] for name in _KEPT_OF_A_LINE if name in one}
            for one in sold
            if isinstance(one, dict)
        ]
    return found


def _snapshot(
    shop: ShopId, receipt: Json, fetched_at: datetime
) -> tuple[OrderSnapshot, Sequence[str]]:
    """What can be read of a receipt, and what is odd about the rest."""
    order = str(whole(receipt, "receipt_id"))
    sold = things(receipt, "transactions") if "transactions" in receipt else []
    lines: list[LineSnapshot] = []
    odd = [f"{name} is missing" for name in sorted(_TOLD - receipt.keys())]
    for one in sold:
        try:
            lines.append(_line(shop, receipt, one))
        except PegError as error:
            odd.append(str(error))
    if not sold:
        odd.append("no transaction is told")
    updated_at = _utc(moment(receipt, "update"))
    return OrderSnapshot(
        shop=shop,
        order=order,
        name=f"#{order}",
        created_at=_utc(moment(receipt, "create")),
        updated_at=updated_at,
        fetched_at=fetched_at,
        lines=lines,
        paid=receipt.get("is_paid") is True,
        cancelled_at=updated_at if _is_cancelled(receipt) else None,  # no other time is told
        left_by=_left_by(receipt, sold),
        complete=not odd,
    ), odd


def _left_by(receipt: Json, sold: Sequence[Json]) -> datetime | None:
    """When the last that is shipped was marked so: a receipt's own time need not tell of that."""
    told = [one.get("shipped_timestamp") for one in sold if _is_shipped(receipt, one)]
    seconds = [at for at in told if isinstance(at, int) and 0 < at <= SECONDS_MAX]
    return _utc(max(seconds)) if seconds and len(seconds) == len(told) else None


def _is_shipped(receipt: Json, sold: Json) -> bool:
    return receipt.get("is_shipped") is True or sold.get("shipped_timestamp") is not None


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _line(shop: ShopId, receipt: Json, sold: Json) -> LineSnapshot:
    quantity = whole(sold, "quantity")
    shipped = _is_shipped(receipt, sold)
    cancelled = _is_cancelled(receipt)
    price = sold.get("price")
    return LineSnapshot(
        line=str(whole(sold, "transaction_id")),
        sku=plain(sold.get("sku")),
        title=plain(sold.get("title")),
        ref=_ref(shop, sold),
        committed=0 if shipped or cancelled else quantity,
        shipped=quantity if shipped else 0,
        restocked=quantity if cancelled and not shipped else 0,
        price=money(price) if isinstance(price, dict) else None,
    )


def _ref(shop: ShopId, sold: Json) -> OfferRef | None:
    """The offer sold from; None once its listing is deleted."""
    if sold.get("listing_id") is None:
        return None
    listing = str(whole(sold, "listing_id"))
    return OfferRef(shop=shop, listing=listing, variant=variant_of(options_of_sale(sold)))


def _is_cancelled(receipt: Json) -> bool:
    return str(receipt.get("status") or "").lower() == CANCELED
