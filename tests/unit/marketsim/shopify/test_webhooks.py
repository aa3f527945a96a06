import base64
import hashlib
import hmac

from tests.unit.marketsim.shopify.rehearsal import HOOK, Rehearsal, rehearse

from marketsim.shopify.credentials import CLIENT_SECRET, SHOP_DOMAIN
from marketsim.shopify.subscriptions import TERMS

TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_PAID",
    "ORDERS_UPDATED",
    "ORDERS_CANCELLED",
    "ORDERS_EDITED",
    "REFUNDS_CREATE",
    "INVENTORY_LEVELS_UPDATE",
    "PRODUCTS_UPDATE",
    "PRODUCTS_DELETE",
    "APP_UNINSTALLED",
)


async def test_an_order_is_signed_and_tells_no_inventory_item(shop: Rehearsal) -> None:
    await shop.subscribe("ORDERS_CREATE")

    order = shop.shopify.market.buy(shop.unit("CHAIN"), 2)

    ((topic, body),) = await shop.heard()
    (request,) = shop.hooks
    digest = hmac.new(CLIENT_SECRET.encode(), request.content, hashlib.sha256).digest()
    assert request.headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()
    assert request.headers["X-Shopify-Shop-Domain"] == SHOP_DOMAIN
    assert request.headers["X-Shopify-API-Version"] == "2026-10"
    assert topic == "orders/create"
    assert body["admin_graphql_api_id"] == order
    assert body["id"] > 2**53
    assert body["created_at"] == "2026-11-23T07:00:00-05:00"
    assert body["total_price"] == "99.98"
    (line,) = body["line_items"]
    assert (line["sku"], line["quantity"], line["current_quantity"]) == ("CHAIN", 2, 2)
    assert "inventory_item_id" not in line


async def test_all_notices_of_one_action_share_its_event_but_not_their_id(
    shop: Rehearsal,
) -> None:
    await shop.subscribe("ORDERS_CREATE", "INVENTORY_LEVELS_UPDATE", "PRODUCTS_UPDATE")

    shop.shopify.market.buy(shop.unit("CHAIN"))
    await shop.heard()
    first = {request.headers["X-Shopify-Event-Id"] for request in shop.hooks}
    shop.shopify.market.buy(shop.unit("CHAIN"))
    await shop.heard()

    events = {request.headers["X-Shopify-Event-Id"] for request in shop.hooks}
    ids = {request.headers["X-Shopify-Webhook-Id"] for request in shop.hooks}
    assert (len(first), len(events), len(ids), len(shop.hooks)) == (1, 2, 6, 6)


async def test_ones_own_write_comes_back_without_a_cause(shop: Rehearsal) -> None:
    await shop.subscribe("INVENTORY_LEVELS_UPDATE")
    line = {
        "inventoryItemId": shop.item("CHAIN"),
        "locationId": shop.place(),
        "quantity": 2,
        "changeFromQuantity": 5,
    }
    given = {"name": "available", "reason": "correction", "quantities": [line]}

    await shop.data("InventorySet", input=given, key="k1")

    ((_, body),) = await shop.heard()
    assert body["available"] == 2
    assert set(body) == {
        "admin_graphql_api_id",
        "available",
        "inventory_item_id",
        "location_id",
        "updated_at",
    }


async def test_a_life_of_an_order_is_told_topic_by_topic(shop: Rehearsal) -> None:
    await shop.subscribe(*TOPICS[:6])
    market = shop.shopify.market

    order = market.buy(shop.unit("CHAIN"), 3)
    market.pay(order)
    market.remove_from_order(order, quantity=1)
    market.cancel(order, restock=True)

    told = [topic for topic, _ in await shop.heard()]
    assert told == [
        "orders/create",
        "orders/paid",
        "orders/updated",
        "orders/updated",
        "orders/edited",
        "refunds/create",
        "orders/cancelled",
        "orders/updated",
    ]


async def test_a_refused_webhook_comes_eight_times_more_with_the_same_bytes() -> None:
    shop = await rehearse(hook_status=301)
    shop.switch(subscription_deleted=0)
    await shop.subscribe("ORDERS_CREATE")

    shop.shopify.market.buy(shop.unit("CHAIN"))
    await shop.pass_time(4.5 * 3600, steps=60)

    assert len({request.content for request in shop.hooks}) == 1
    assert len({request.headers["X-Shopify-Webhook-Id"] for request in shop.hooks}) == 1
    assert len(shop.hooks) == 9


def test_a_subscriber_has_a_second_to_accept_and_five_to_answer() -> None:
    assert (TERMS.connect_timeout_s, TERMS.total_timeout_s) == (1, 5)
    assert (len(TERMS.attempt_delays_s), sum(TERMS.attempt_delays_s)) == (9, 4 * 3600)


async def test_after_eight_failures_in_a_row_the_subscription_is_gone() -> None:
    shop = await rehearse(hook_status=500)
    await shop.subscribe("ORDERS_CREATE")

    shop.shopify.market.buy(shop.unit("CHAIN"))
    await shop.pass_time(4.5 * 3600, steps=60)

    assert len(shop.hooks) == 8
    assert shop.shopify.shop.subscriptions.records == {}
    assert shop.shopify.market.truth()["subscriptions_deleted"] == ["orders/create"]


async def test_a_subscription_is_refused_twice_and_listed_and_removed(shop: Rehearsal) -> None:
    await shop.subscribe("ORDERS_CREATE")

    twice = await shop.data("WebhookAdd", topic="ORDERS_CREATE", subscription={"uri": HOOK})
    plain = await shop.data(
        "WebhookAdd", topic="ORDERS_PAID", subscription={"uri": "http://peg.example.com/h"}
    )
    (listed,) = (await shop.data("WebhooksPage"))["webhookSubscriptions"]["nodes"]
    await shop.data("WebhookRemove", id=listed["id"])

    assert "taken" in twice["webhookSubscriptionCreate"]["userErrors"][0]["message"]
    assert plain["webhookSubscriptionCreate"]["webhookSubscription"] is None
    assert (await shop.data("WebhooksPage"))["webhookSubscriptions"]["nodes"] == []


async def test_uninstalling_kills_the_token_and_says_so_once(shop: Rehearsal) -> None:
    await shop.subscribe("APP_UNINSTALLED")

    shop.shopify.market.uninstall()

    assert [topic for topic, _ in await shop.heard()] == ["app/uninstalled"]
    assert (await shop.post("ShopInfo", {})).status_code == 401
