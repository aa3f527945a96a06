"""The buyer of every practice order: one invented person."""

from typing import Any

EMAIL = "buyer@example.com"


def address() -> dict[str, Any]:
    """Where the piece goes."""
    return {
        "first_name": "Practice",
        "last_name": "Buyer",
        "name": "Practice Buyer",
        "company": None,
        "address1": "1 Rehearsal Lane",
        "address2": None,
        "city": "Springfield",
        "province": "Illinois",
        "province_code": "IL",
        "country": "United States",
        "country_code": "US",
        "zip": "62701",
        "phone": "555-0100",
        "latitude": None,
        "longitude": None,
    }


def customer(number: int, currency: str) -> dict[str, Any]:
    """Who bought."""
    home = address()
    del home["latitude"], home["longitude"]
    return {
        "id": number,
        "admin_graphql_api_id": f"gid://shopify/Customer/{number}",
        "created_at": None,
        "updated_at": None,
        "first_name": "Practice",
        "last_name": "Buyer",
        "email": EMAIL,
        "phone": None,
        "state": "disabled",
        "note": None,
        "verified_email": True,
        "multipass_identifier": None,
        "tax_exempt": False,
        "tax_exemptions": [],
        "currency": currency,
        "default_address": home
        | {
            "id": number + 1,
            "customer_id": number,
            "country_name": "United States",
            "default": True,
        },
    }
