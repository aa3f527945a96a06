"""Receipts and their transactions."""

from typing import Any

from marketsim.etsy.credentials import USER_ID
from marketsim.etsy.receipts import Receipt, Refund, Shipment, Transaction
from marketsim.etsy.records import PropertyValue
from marketsim.etsy.shop import Shop
from marketsim.etsy.shown.inventories import property_value
from marketsim.etsy.shown.money import money, seconds, seconds_or_none


def receipt(shop: Shop, it: Receipt) -> dict[str, Any]:
    """ShopReceipt; the addresses of buyers are invented."""
    created, updated = seconds(it.created_at), seconds(it.updated_at)
    shown = {
        "receipt_id": it.id,
        "receipt_type": 0,
        "seller_user_id": USER_ID,
        "seller_email": None,
        "buyer_user_id": it.buyer.user_id,
        "buyer_email": None,
        "status": it.status,
        "payment_method": "cc",
        "payment_email": None,
        "message_from_seller": None,
        "message_from_buyer": None,
        "message_from_payment": None,
        "is_paid": it.paid_at is not None,
        "is_shipped": it.shipped_at is not None,
        "create_timestamp": created,
        "created_timestamp": created,
        "update_timestamp": updated,
        "updated_timestamp": updated,
        "is_gift": False,
        "gift_message": "",
        "gift_sender": "",
        "shipments": [_shipment(each) for each in it.shipments],
        "transactions": [transaction(shop, it, line) for line in it.transactions],
        "refunds": [_refund(each) for each in it.refunds],
        **_address(it),
        **_amounts(it),
    }
    return shop.overnight.without("receipt", shown, key="receipt_id")


def transaction(shop: Shop, it: Receipt, line: Transaction) -> dict[str, Any]:
    """ShopReceiptTransaction; a deleted listing leaves no listing_id."""
    created = seconds(it.created_at)
    there = line.listing.id in shop.store.listings
    return {
        "transaction_id": line.id,
        "title": line.title,
        "description": line.description,
        "seller_user_id": USER_ID,
        "buyer_user_id": it.buyer.user_id,
        "create_timestamp": created,
        "created_timestamp": created,
        "paid_timestamp": seconds_or_none(it.paid_at),
        "shipped_timestamp": seconds_or_none(it.shipped_at),
        "quantity": line.quantity,
        "listing_image_id": line.listing.images[0].id if line.listing.images else None,
        "receipt_id": it.id,
        "is_digital": False,
        "file_data": "",
        "listing_id": line.listing.id if there else None,
        "transaction_type": "listing",
        "product_id": line.product_id,
        "sku": line.sku,
        "price": money(line.price_minor),
        "shipping_cost": money(it.shipping_minor),
        "variations": [_variation(value) for value in line.values],
        "product_data": [property_value(value) for value in line.values],
        "shipping_profile_id": line.listing.details.shipping_profile_id,
        "min_processing_days": None,
        "max_processing_days": None,
        "shipping_method": None,
        "shipping_upgrade": None,
        "expected_ship_date": None,
        "buyer_coupon": 0,
        "shop_coupon": 0,
    }


def _address(it: Receipt) -> dict[str, Any]:
    buyer = it.buyer
    lines = (buyer.name, buyer.first_line, f"{buyer.city}, {buyer.state} {buyer.zip}")
    return {
        "name": buyer.name,
        "first_line": buyer.first_line,
        "second_line": None,
        "city": buyer.city,
        "state": buyer.state,
        "zip": buyer.zip,
        "country_iso": buyer.country_iso,
        "formatted_address": "\n".join(lines),
    }


def _amounts(it: Receipt) -> dict[str, Any]:
    return {
        "grandtotal": money(it.total_minor),
        "subtotal": money(it.items_minor),
        "total_price": money(it.items_minor),
        "total_shipping_cost": money(it.shipping_minor),
        "total_tax_cost": money(it.tax_minor),
        "total_vat_cost": money(0),
        "discount_amt": money(0),
        "gift_wrap_price": money(0),
    }


def _variation(value: PropertyValue) -> dict[str, Any]:
    return {
        "property_id": value.property_id,
        "value_id": value.value_ids[0] if value.value_ids else None,
        "formatted_name": value.name,
        "formatted_value": ", ".join(value.values),
        "question_id": None,
    }


def _shipment(it: Shipment) -> dict[str, Any]:
    return {
        "receipt_shipping_id": it.id,
        "shipment_notification_timestamp": seconds(it.at),
        "carrier_name": it.carrier,
        "tracking_code": it.tracking_code,
    }


def _refund(it: Refund) -> dict[str, Any]:
    return {
        "amount": money(it.amount_minor),
        "created_timestamp": seconds(it.at),
        "reason": it.reason,
        "note_from_issuer": None,
        "status": "Open",
    }
