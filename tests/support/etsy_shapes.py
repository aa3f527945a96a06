"""Etsy's answers in the shapes that its OpenAPI document gives."""

from typing import Any

from peg.domain.identity import ShopId

SHOP = ShopId("etsy:61234567")
SIZE, METAL = 513, 514


def value(property_id: int, name: str, text: str) -> dict[str, Any]:
    return {
        "property_id": property_id,
        "property_name": name,
        "scale_id": None,
        "scale_name": None,
        "value_ids": [property_id * 1000 + len(text)],
        "values": [text],
    }


def product(
    number: int,
    *values: dict[str, Any],
    sku: str = "",
    quantity: int = 1,
    amount: int = 18000,
    is_enabled: bool = True,
) -> dict[str, Any]:
    return {
        "product_id": 9000 + number,
        "sku": sku,
        "is_deleted": False,
        "offerings": [
            {
                "offering_id": 8000 + number,
                "quantity": quantity,
                "is_enabled": is_enabled,
                "is_deleted": False,
                "price": {"amount": amount, "divisor": 100, "currency_code": "USD"},
                "readiness_state_id": 77,
            }
        ],
        "property_values": list(values),
    }


def inventory(*products: dict[str, Any], quantity_on: tuple[int, ...] = ()) -> dict[str, Any]:
    return {
        "products": list(products),
        "price_on_property": [],
        "quantity_on_property": list(quantity_on),
        "sku_on_property": list(quantity_on),
        "readiness_state_on_property": [],
        "listing": {"listing_id": 1, "state": "active"},
    }


def ring_in_sizes() -> dict[str, Any]:
    """A ring in three sizes, each with its own stock."""
    return inventory(
        product(1, value(SIZE, "Ring size", "6"), sku="RING-6", quantity=2, amount=12345),
        product(2, value(SIZE, "Ring size", "6 1/2"), sku="RING-65", quantity=1, amount=12345),
        product(3, value(SIZE, "Ring size", "7"), sku="RING-7", quantity=4, amount=12345),
        quantity_on=(SIZE,),
    )


def sale(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "transaction_id": number,
        "title": "Sapphire ring",
        "quantity": 1,
        "shipped_timestamp": None,
        "listing_id": 1000,
        "product_id": 9001,
        "sku": "RING-SAPP",
        "price": {"amount": 18000, "divisor": 100, "currency_code": "USD"},
        "variations": [],
        "product_data": [],
        **more,
    }


def receipt(*sales: dict[str, Any], number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "receipt_id": number,
        "status": "paid",
        "is_paid": True,
        "is_shipped": False,
        "created_timestamp": 1_795_000_000,
        "updated_timestamp": 1_795_000_100,
        "transactions": list(sales) or [sale()],
        "refunds": [],
        **more,
    }
