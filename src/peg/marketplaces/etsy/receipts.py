"""Etsy's receipts in PEG's words."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from peg.domain.errors import PegError
from peg.domain.identity import OfferRef, ShopId
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.marketplaces.etsy.answers import Json, moment, things, whole
from peg.marketplaces.etsy.translate import money
from peg.marketplaces.etsy.variants import options_of_sale, plain, variant_of
from peg.marketplaces.port import Unreadable

log = structlog.get_logger()

CANCELED = "canceled"
_TOLD = frozenset({"status", "is_paid", "is_shipped"})


def orders_of(
    shop: ShopId, receipts: Sequence[Json], fetched_at: datetime
) -> tuple[list[OrderSnapshot], list[Unreadable]]:
    """The orders of a page, and those of them that cannot be read."""
    orders: list[OrderSnapshot] = []
    unreadable: list[Unreadable] = []
    for receipt in receipts:
        try:
            orders.append(order_of(shop, receipt, fetched_at))
        except PegError as error:
            number = receipt.get("receipt_id")
            known = str(number) if isinstance(number, int) else ""
            unreadable.append(Unreadable.of(known, error, receipt))
    return orders, unreadable


def order_of(shop: ShopId, receipt: Json, fetched_at: datetime) -> OrderSnapshot:
    """One receipt as it is now.

    Paid or not, Etsy has taken the pieces off. What was cancelled before it was shipped never left
    and is `restocked`; whether Etsy itself shows it again is another matter: it does so for some
    listings and not for others. A refund names no line, full or partial, so it moves nothing: the
    pieces stay committed until they are shipped or the receipt is cancelled.

    A field or line that cannot be read makes the snapshot incomplete; it never hides the others.

    Raises:
        UnexpectedAnswer: the receipt has no id or times, so that nothing can be kept.
    """
    order = str(whole(receipt, "receipt_id"))
    sold = things(receipt, "transactions") if "transactions" in receipt else []
    lines = [line for one in sold if (line := _line_or_none(shop, receipt, one)) is not None]
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
        complete=bool(sold) and len(lines) == len(sold) and receipt.keys() >= _TOLD,
    )


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _line_or_none(shop: ShopId, receipt: Json, sold: Json) -> LineSnapshot | None:
    try:
        return _line(shop, receipt, sold)
    except PegError as error:
        order = receipt.get("receipt_id")
        log.warning("order.line_unreadable", shop=shop, order=order, why=str(error))
        return None


def _line(shop: ShopId, receipt: Json, sold: Json) -> LineSnapshot:
    quantity = whole(sold, "quantity")
    shipped = receipt.get("is_shipped") is True or sold.get("shipped_timestamp") is not None
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
