"""The judge of webhook bodies finds what is wrong with them."""

import json
from datetime import UTC, datetime

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook
from tests.support.webhook_schemas import (
    etsy_letter_faults,
    etsy_webhook_faults,
    shopify_webhook_faults,
)

SECRET = "whsec_cHJhY3RpY2U="

LEVEL = {
    "admin_graphql_api_id": "gid://shopify/InventoryLevel/1?inventory_item_id=2",
    "available": None,
    "inventory_item_id": 2,
    "location_id": 3,
    "updated_at": "2026-11-23T13:00:00+01:00",
}
PAID = {
    "event_type": "order.paid",
    "resource_url": "https://api.etsy.com/v3/application/shops/1/receipts/2",
    "shop_id": 1,
}


def level(**change: object) -> list[str]:
    return shopify_webhook_faults("inventory_levels/update", json.dumps(LEVEL | change).encode())


def test_shopifys_bodies_are_judged() -> None:
    assert level() == []
    assert level(available="1")
    assert level(location_id=None)
    assert level(delta=-1)


def test_etsys_bodies_are_judged() -> None:
    assert etsy_webhook_faults(json.dumps(PAID).encode()) == []
    assert etsy_webhook_faults(json.dumps(PAID | {"event_type": "order.sold"}).encode())
    assert etsy_webhook_faults(json.dumps(PAID | {"receipt": {}}).encode())
    assert etsy_webhook_faults(b'{"event_type": "order.paid"}')


def etsys_letter(**headers: str) -> httpx2.Request:
    """Signed as Standard Webhooks say, by their own library."""
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    body = json.dumps(PAID)
    told = {
        "content-type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", at, body),
    }
    return httpx2.Request("POST", "http://peg.test", headers=told | headers, content=body.encode())


def test_a_letter_of_etsys_is_judged_with_its_headers() -> None:
    other = "v1,b3RoZXI="
    both = f"{other} {etsys_letter().headers['webhook-signature'].removeprefix('v1,')}"

    assert etsy_letter_faults(etsys_letter(), secret=SECRET) == []
    assert etsy_letter_faults(etsys_letter(**{"webhook-signature": both}), secret=SECRET) == []
    assert etsy_letter_faults(etsys_letter(), secret="whsec_b3RoZXI=")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("content-type", "text/plain"),
        ("webhook-id", "msg_2"),
        ("webhook-timestamp", "soon"),
        ("webhook-signature", "v1,b3RoZXI="),
    ],
)
def test_a_wrong_header_of_etsys_is_found(name: str, value: str) -> None:
    assert etsy_letter_faults(etsys_letter(**{name: value}), secret=SECRET)
