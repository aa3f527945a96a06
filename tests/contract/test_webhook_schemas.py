"""The judge of webhook bodies finds what is wrong with them."""

import json

from tests.support.webhook_schemas import etsy_webhook_faults, shopify_webhook_faults

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


def test_etsys_bodies_are_judged() -> None:
    assert etsy_webhook_faults(json.dumps(PAID).encode()) == []
    assert etsy_webhook_faults(json.dumps(PAID | {"event_type": "order.sold"}).encode())
    assert etsy_webhook_faults(json.dumps(PAID | {"receipt": {}}).encode())
    assert etsy_webhook_faults(b'{"event_type": "order.paid"}')
