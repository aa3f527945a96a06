"""How the shop answers and what it sends, each surprise with its kinder opposite."""

from typing import Any

import httpx2
import pytest
from tests.unit.marketsim.shopify.rehearsal import HOOK, Rehearsal, rehearse, setting

from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET
from marketsim.shopify.subscriptions import signature

SIZES = """{ products(first: 1, query: "title:Ruby*") { nodes {
    options(first: 0) { name }
    variants(first: 1) { nodes { sku } pageInfo { hasNextPage } } } } }"""
NEXT = """query($after: String) { products(first: 1, query: "title:Ruby*") { nodes {
    variants(first: 1, after: $after) { nodes { sku } pageInfo { endCursor } } } } }"""
EVERYTHING = "{ products { edges { node { id } } } }"
SWITCHED = pytest.mark.parametrize("rate", [1, 0], ids=["on", "off"])


@pytest.mark.parametrize(
    ("rate", "sizes", "more"),
    [(1, ["RUBY-6"], True), (0, ["RUBY-6", "RUBY-7"], False)],
    ids=["on", "off"],
)
async def test_a_list_inside_a_record_is_cut_or_whole(
    shop: Rehearsal, rate: float, sizes: list[str], *, more: bool
) -> None:
    shop.switch(nested_truncation=rate)

    (product,) = (await shop.query(SIZES))["data"]["products"]["nodes"]

    assert [it["sku"] for it in product["variants"]["nodes"]] == sizes
    assert product["variants"]["pageInfo"]["hasNextPage"] is more
    assert (product["options"] == []) is bool(rate)


async def test_where_lists_come_whole_they_can_be_paged_all_the_same(shop: Rehearsal) -> None:
    first = (await shop.query(NEXT))["data"]["products"]["nodes"][0]["variants"]
    shop.switch(nested_truncation=0)

    rest = await shop.query(NEXT, after=first["pageInfo"]["endCursor"])

    variants = rest["data"]["products"]["nodes"][0]["variants"]["nodes"]
    assert variants == [{"sku": "RUBY-7"}]


@SWITCHED
async def test_a_deleted_product_is_null_without_an_error_or_with_one(
    shop: Rehearsal, rate: float
) -> None:
    shop.switch(deleted_as_null=rate)
    order = shop.shopify.market.buy(shop.unit("CHAIN"))
    product = next(it for it in shop.shopify.shop.store.products.values() if "chain" in it.handle)
    shop.shopify.market.delete(shop.unit("CHAIN"))

    answers = [
        await shop.ask("OrderById", id=order),
        await shop.ask("ProductById", id=product.gid),
    ]

    errors = [[it["extensions"]["code"] for it in answer.get("errors", [])] for answer in answers]
    assert errors == [[] if rate else ["RESOURCE_NOT_FOUND"]] * 2
    (line,) = answers[0]["data"]["order"]["lineItems"]["nodes"]
    assert (line["variant"], answers[1]["data"]["product"]) == (None, None)


@pytest.mark.parametrize(("rate", "coded"), [(1, False), (0, True)], ids=["on", "off"])
async def test_an_error_without_a_code_stays_so_or_begins_with_one(
    shop: Rehearsal, rate: float, *, coded: bool
) -> None:
    shop.switch(plain_user_errors=rate)
    gone = {"inventoryItemId": "gid://shopify/InventoryItem/1", "locationId": shop.place()}

    data = await shop.data("InventoryActivateAt", key="k", **gone)

    (error,) = data["inventoryActivate"]["userErrors"]
    assert error["message"].startswith("INVALID_INVENTORY_ITEM: ") is coded


@pytest.mark.parametrize(("rate", "told"), [(1, [2, 2]), (0, [2, 1])], ids=["on", "off"])
async def test_a_webhook_tried_again_says_what_was_or_what_is(rate: float, told: list[int]) -> None:
    shop = await rehearse(hook_status=500, rates={"shopify.retry_payload_stale": rate})
    await shop.subscribe("INVENTORY_LEVELS_UPDATE")
    await shop.data("InventorySet", input=setting(shop, "CHAIN", 2), key="k")
    shop.clock.advance(1)  # the first attempt is over before the next piece goes
    first = await shop.heard()
    del shop.hooks[:]
    level = next(it for it in shop.shopify.shop.store.levels.values() if it.item.sku == "CHAIN")
    level.quantities["available"] = 1

    await shop.pass_time(60)

    (again,) = shop.hooks
    body = httpx2.Response(200, content=again.content).json()
    assert [first[0][1]["available"], body["available"]] == told
    assert again.headers["X-Shopify-Hmac-Sha256"] == signature(again.content)
    await shop.shopify.close()
    await shop.http.aclose()


async def token(shop: Rehearsal, **given: str) -> dict[str, Any]:
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | given
    response = await shop.http.post("/admin/oauth/access_token", json=body)
    found: dict[str, Any] = response.json()
    return found


async def lets_in(shop: Rehearsal, access_token: str) -> bool:
    shop.token = access_token
    return (await shop.post("ShopInfo", {})).status_code == 200


@pytest.mark.parametrize(("rate", "alive"), [(1, False), (0, True)], ids=["on", "off"])
async def test_a_token_ends_with_its_day_or_lives_on(
    shop: Rehearsal, rate: float, *, alive: bool
) -> None:
    shop.switch(tokens_expire=rate)
    granted = await token(shop, grant_type="client_credentials")

    shop.clock.advance(86_399)

    assert await lets_in(shop, granted["access_token"]) is alive


@pytest.mark.parametrize(
    ("rate", "alive"), [(1, [False, False, True]), (0, [True, True, True])], ids=["on", "off"]
)
async def test_who_loses_a_race_for_new_tokens_is_out_or_in(
    shop: Rehearsal, rate: float, alive: list[bool]
) -> None:
    shop.switch(refresh_race=rate)
    tokens = shop.shopify.shop.tokens
    first = tokens.grant(frozenset({"read_products"}), lives_s=3_600, refreshable=True)
    renewing = {"grant_type": "refresh_token", "refresh_token": first.refresh_token or ""}

    overtaken = await token(shop, **renewing)
    newest = await token(shop, **renewing)

    pairs = [first.access_token, overtaken["access_token"], newest["access_token"]]
    assert [await lets_in(shop, it) for it in pairs] == alive


@SWITCHED
async def test_webhooks_tell_the_shops_own_time_or_utc(shop: Rehearsal, rate: float) -> None:
    shop.switch(local_times=rate)
    await shop.subscribe("ORDERS_CREATE")

    shop.shopify.market.buy(shop.unit("RUBY-6"))

    ((_, body),) = await shop.heard()
    local, utc = "2026-11-23T07:00:00-05:00", "2026-11-23T12:00:00Z"
    assert body["created_at"] == (local if rate else utc)
    assert body["cancelled_at"] is None


@SWITCHED
async def test_webhooks_tell_tags_as_a_text_or_as_a_list(shop: Rehearsal, rate: float) -> None:
    shop.switch(comma_tags=rate)
    await shop.subscribe("PRODUCTS_UPDATE")

    shop.shopify.market.buy(shop.unit("RUBY-6"))

    ((_, body),) = await shop.heard()
    assert body["tags"] == ("ring, ruby" if rate else ["ring", "ruby"])


@SWITCHED
async def test_webhooks_tell_some_amounts_as_numbers_or_none(shop: Rehearsal, rate: float) -> None:
    shop.switch(mixed_amounts=rate)
    await shop.subscribe("REFUNDS_CREATE")
    order = shop.shopify.market.buy(shop.unit("CHAIN"))
    shop.shopify.market.pay(order)

    shop.shopify.market.refund(order, quantity=1, restock="cancel")

    (row,) = (await shop.heard())[0][1]["refund_line_items"]
    assert (row["subtotal"], row["total_tax"]) == ((49.99, 0) if rate else ("49.99", "0.00"))
    assert row["line_item"]["price"] == "49.99"


@SWITCHED
async def test_files_products_and_bulk_operations_end_later_or_at_once(
    shop: Rehearsal, rate: float
) -> None:
    shop.switch(async_jobs=rate)
    given = {"title": "Opal ring", "variants": [{"optionValues": []}]}
    source = {"originalSource": f"{HOOK}/ring.jpg", "contentType": "IMAGE"}

    made = await shop.data("ProductUpsert", input=given, synchronous=False)
    file = await shop.data("FilesCreate", files=[source])
    bulk = await shop.data("BulkQueryRun", query=EVERYTHING)
    await shop.pass_time(0.001, steps=10)  # no time for anything that takes any

    operation = made["productSet"]["productSetOperation"]["id"]
    gids = (
        file["fileCreate"]["files"][0]["id"],
        bulk["bulkOperationRunQuery"]["bulkOperation"]["id"],
    )
    ended = (
        (await shop.data("ProductSetPoll", id=operation))["productOperation"]["status"],
        (await shop.data("FileStatusById", id=gids[0]))["node"]["fileStatus"],
        (await shop.data("BulkOperationPoll", id=gids[1]))["bulkOperation"]["status"],
    )
    assert (ended == ("COMPLETE", "READY", "COMPLETED")) is not bool(rate)
    assert rate == 0 or not {"COMPLETE", "READY", "COMPLETED"} & set(ended)
