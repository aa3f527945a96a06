"""Payments of receipts, and the ledger of the seller's account."""

from typing import Any

from marketsim.etsy.asked import EPOCH_S_MIN, Answer, Asked
from marketsim.etsy.credentials import CURRENCY, SHOP_ID, USER_ID
from marketsim.etsy.fees import Entry, payment_fee_minor
from marketsim.etsy.operation import Operation
from marketsim.etsy.operations.receipts import find_receipt
from marketsim.etsy.receipts import Receipt, Refund
from marketsim.etsy.refusals import bad
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.money import money, seconds, seconds_or_none


def get_payments(shop: Shop, asked: Asked) -> Answer:
    """The payment of a receipt, with what was given back."""
    receipt = find_receipt(shop, asked)
    results = [] if receipt.paid_at is None else [_payment(receipt)]
    return Answer({"count": len(results), "results": results})


def get_ledger_entries(shop: Shop, asked: Asked) -> Answer:
    """A page of the account's lines between two moments, the newest first."""
    first, last = asked.query.moment("min_created"), asked.query.moment("max_created")
    if first is None or last is None:
        raise bad("The request is missing a required field: min_created and max_created")
    limit, offset = asked.query.page()
    rows = [it for it in reversed(shop.account.entries) if first <= seconds(it.at) <= last]
    page = shop.pages.cut(rows, limit=limit, offset=offset)
    return Answer({"count": len(rows), "results": [_entry(it) for it in page]})


def _payment(receipt: Receipt) -> dict[str, Any]:
    gross, fees = receipt.total_minor, payment_fee_minor(receipt.total_minor)
    posted = receipt.shipped_at is not None
    created, updated = seconds(receipt.paid_at or receipt.created_at), seconds(receipt.updated_at)
    number = receipt.id + 10_000_000_000
    left = gross - receipt.refunded_minor
    amounts = {"gross": gross, "fees": fees, "net": gross - fees}
    adjusted = {"gross": left, "fees": fees, "net": left - fees}
    return {
        "payment_id": number,
        "buyer_user_id": receipt.buyer.user_id,
        "shop_id": SHOP_ID,
        "receipt_id": receipt.id,
        **{f"amount_{name}": money(minor) for name, minor in amounts.items()},
        **{f"posted_{name}": money(it) if posted else None for name, it in amounts.items()},
        **{
            f"adjusted_{name}": money(it) if receipt.refunds else None
            for name, it in adjusted.items()
        },
        "currency": CURRENCY,
        "shop_currency": CURRENCY,
        "buyer_currency": CURRENCY,
        "shipping_user_id": receipt.buyer.user_id,
        "shipping_address_id": receipt.id,
        "billing_address_id": receipt.id,
        "status": "settled" if posted else "authed",
        "shipped_timestamp": seconds_or_none(receipt.shipped_at),
        "create_timestamp": created,
        "created_timestamp": created,
        "update_timestamp": updated,
        "updated_timestamp": updated,
        "payment_adjustments": [_adjustment(number, refund) for refund in receipt.refunds],
    }


def _adjustment(payment: int, refund: Refund) -> dict[str, Any]:
    at = seconds(refund.at)
    return {
        "payment_adjustment_id": refund.id,
        "payment_id": payment,
        "status": "success",
        "is_success": True,
        "user_id": USER_ID,
        "reason_code": refund.reason,
        "total_adjustment_amount": refund.amount_minor,
        "shop_total_adjustment_amount": refund.amount_minor,
        "buyer_total_adjustment_amount": refund.amount_minor,
        "total_fee_adjustment_amount": 0,
        "create_timestamp": at,
        "created_timestamp": at,
        "update_timestamp": at,
        "updated_timestamp": at,
        "payment_adjustment_items": [],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    at = max(seconds(entry.at), EPOCH_S_MIN)
    return {
        "entry_id": entry.id,
        "ledger_id": SHOP_ID,
        "sequence_number": entry.id,
        "amount": entry.amount_minor,
        "currency": CURRENCY,
        "description": entry.kind,
        "balance": entry.balance_minor,
        "create_date": at,
        "created_timestamp": at,
        "ledger_type": entry.kind,
        "reference_type": entry.reference_type,
        "reference_id": entry.reference_id,
        "parent_entry_id": 0,
        "payment_adjustments": [],
    }


OPERATIONS = (
    Operation(
        name="getShopPaymentByReceiptId",
        method="GET",
        path="/shops/{shop_id}/receipts/{receipt_id}/payments",
        scope="transactions_r",
        act=get_payments,
    ),
    Operation(
        name="getShopPaymentAccountLedgerEntries",
        method="GET",
        path="/shops/{shop_id}/payment-account/ledger-entries",
        scope="transactions_r",
        act=get_ledger_entries,
        known=frozenset({"min_created", "max_created", "limit", "offset"}),
    ),
)
