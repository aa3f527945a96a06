"""Receipts, their transactions and their shipments."""

from marketsim.etsy.asked import DOWNWARDS, UPWARDS, Answer, Asked, Fields
from marketsim.etsy.operation import Operation
from marketsim.etsy.receipts import Receipt
from marketsim.etsy.refusals import bad, not_found, refused
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.money import seconds
from marketsim.etsy.shown.receipts import receipt as shown_receipt
from marketsim.etsy.shown.receipts import transaction as shown_transaction
from marketsim.market import OrderClosed

OFFSET_MAX = 12_000
SORTS = ("created", "updated", "receipt_id")
TRACKED_FROM_MINOR = 1_000
NARROWING = ("max_created", "max_last_modified", "was_paid", "was_shipped", "was_delivered")


def find_receipt(shop: Shop, asked: Asked) -> Receipt:
    """A receipt by the number in the address; it is there before lists show it.

    Raises:
        Refusal: 404.
    """
    number = asked.path["receipt_id"]
    receipt = shop.store.receipts.get(number)
    if receipt is None:
        raise not_found(f"a receipt with receipt_id = {number}")
    shop.store.seen.read_order(str(receipt.id))
    return receipt


def visible(shop: Shop) -> list[Receipt]:
    """The receipts that lists show by now, oldest first."""
    now = shop.store.now()
    return [receipt for receipt in shop.store.receipts.values() if receipt.visible_at <= now]


def get_receipts(shop: Shop, asked: Asked) -> Answer:
    """A page of receipts. Cancelled ones are shown only when asked for."""
    query = asked.query
    limit, offset = query.page(offset_max=OFFSET_MAX)
    query.flag("legacy")
    by = query.choice("sort_on", SORTS) or "created"
    upwards = query.choice("sort_order", (*UPWARDS, *DOWNWARDS)) in UPWARDS
    rows = _filtered(shop, query)
    rows.sort(key=lambda it: _sort_key(it, by), reverse=not upwards)
    page = shop.pages.cut(rows, limit=limit, offset=offset)
    if not _is_narrowed(query) and offset + limit >= len(rows):
        shop.store.seen.read_orders()
    for it in page:
        shop.store.seen.read_order(str(it.id))
    return Answer({"count": len(rows), "results": [shown_receipt(shop, it) for it in page]})


def get_receipt(shop: Shop, asked: Asked) -> Answer:
    """One receipt."""
    asked.query.flag("legacy")
    return Answer(shown_receipt(shop, find_receipt(shop, asked)))


def get_transactions_by_listing(shop: Shop, asked: Asked) -> Answer:
    """A page of the sales of one listing, the newest first."""
    limit, offset = asked.query.page()
    asked.query.flag("legacy")
    number = asked.path["listing_id"]
    rows = [
        (receipt, line)
        for receipt in reversed(visible(shop))
        for line in receipt.transactions
        if line.listing.id == number
    ]
    if not rows and number not in shop.store.listings:
        raise not_found(f"a listing with listing_id = {number}")
    page = shop.pages.cut(rows, limit=limit, offset=offset)
    results = [shown_transaction(shop, receipt, line) for receipt, line in page]
    return Answer({"count": len(rows), "results": results})


def create_shipment(shop: Shop, asked: Asked) -> Answer:
    """The seller has shipped, with or without a tracking code."""
    if shop.strikes("shipment_forbidden"):
        raise refused(403, "This region does not allow shipments to be created by an application.")
    receipt = find_receipt(shop, asked)
    body = asked.body if isinstance(asked.body, dict) else {}
    carrier, code = body.get("carrier_name") or "", body.get("tracking_code") or ""
    if not isinstance(carrier, str) or not isinstance(code, str):
        raise bad("carrier_name and tracking_code must be strings")
    if receipt.total_minor > TRACKED_FROM_MINOR and not (carrier and code):
        raise bad("tracking_code and carrier_name are required for orders over 10 dollars")
    try:
        shop.orders.ship(receipt, carrier=carrier, tracking_code=code)
    except OrderClosed as closed:
        raise bad("Only a receipt that is paid and not canceled can be shipped") from closed
    return Answer(shown_receipt(shop, receipt))


def _is_narrowed(query: Fields) -> bool:
    """Whether a sale of this moment would be left out."""
    return any(name in query for name in NARROWING) or query.flag("was_canceled") is True


def _filtered(shop: Shop, query: Fields) -> list[Receipt]:
    created = query.moment("min_created"), query.moment("max_created")
    modified = query.moment("min_last_modified"), query.moment("max_last_modified")
    paid, shipped = query.flag("was_paid"), query.flag("was_shipped")
    delivered, cancelled = query.flag("was_delivered"), query.flag("was_canceled")
    if cancelled is None and shop.strikes("cancelled_hidden"):
        cancelled = False
    return [
        it
        for it in visible(shop)
        if _within(seconds(it.created_at), created)
        and _within(seconds(it.found_at), modified)
        and paid in {None, it.paid_at is not None}
        and shipped in {None, it.shipped_at is not None}
        and delivered in {None, it.delivered_at is not None}
        and cancelled in {None, it.cancelled_at is not None}
    ]


def _within(moment: int, bounds: tuple[int | None, int | None]) -> bool:
    least, most = bounds
    return (least is None or moment >= least) and (most is None or moment <= most)


def _sort_key(receipt: Receipt, by: str) -> tuple[int, int]:
    moments = {
        "created": seconds(receipt.created_at),
        "updated": seconds(receipt.updated_at),
        "receipt_id": 0,
    }
    return moments[by], receipt.id


OPERATIONS = (
    Operation(
        name="getShopReceipts",
        method="GET",
        path="/shops/{shop_id}/receipts",
        scope="transactions_r",
        act=get_receipts,
        known=frozenset(
            {
                "min_created",
                "max_created",
                "min_last_modified",
                "max_last_modified",
                "limit",
                "offset",
                "sort_on",
                "sort_order",
                "was_paid",
                "was_shipped",
                "was_delivered",
                "was_canceled",
                "legacy",
            }
        ),
    ),
    Operation(
        name="getShopReceipt",
        method="GET",
        path="/shops/{shop_id}/receipts/{receipt_id}",
        scope="transactions_r",
        act=get_receipt,
        known=frozenset({"legacy"}),
    ),
    Operation(
        name="getShopReceiptTransactionsByListing",
        method="GET",
        path="/shops/{shop_id}/listings/{listing_id}/transactions",
        scope="transactions_r",
        act=get_transactions_by_listing,
        known=frozenset({"limit", "offset", "legacy"}),
    ),
    Operation(
        name="createReceiptShipment",
        method="POST",
        path="/shops/{shop_id}/receipts/{receipt_id}/tracking",
        scope="transactions_w",
        act=create_shipment,
        takes="json",
        known=frozenset({"legacy"}),
    ),
)
