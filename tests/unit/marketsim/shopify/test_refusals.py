"""What the practice shop refuses, each just beyond what it still takes."""

from typing import Any

import pytest
from tests.unit.marketsim.shopify.rehearsal import HOOK, Rehearsal, operations

REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_created",
    "movement_updated",
    "movement_received",
    "movement_canceled",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_updated",
    "reservation_deleted",
    "restock",
    "safety_stock",
    "shrinkage",
)
KEYLESS = {
    "inventorySetQuantities": """mutation($input: InventorySetQuantitiesInput!) {
        inventorySetQuantities(input: $input) { userErrors { message } } }""",
    "inventoryAdjustQuantities": """mutation($input: InventoryAdjustQuantitiesInput!) {
        inventoryAdjustQuantities(input: $input) { userErrors { message } } }""",
    "inventoryActivate": """mutation($inventoryItemId: ID!, $locationId: ID!) {
        inventoryActivate(inventoryItemId: $inventoryItemId, locationId: $locationId) {
            userErrors { message } } }""",
    "refundCreate": """mutation($input: RefundInput!) {
        refundCreate(input: $input) { userErrors { message } } }""",
}
RENAME = "mutation($p: ProductUpdateInput!) { productUpdate(product: $p) { product { id } } }"
UPLOAD = {
    "filename": "lines.jsonl",
    "mimeType": "text/jsonl",
    "resource": "BULK_MUTATION_VARIABLES",
    "httpMethod": "POST",
}


def line(shop: Rehearsal, **more: Any) -> dict[str, Any]:
    where = {"inventoryItemId": shop.item("CHAIN"), "locationId": shop.place()}
    return where | {"changeFromQuantity": None} | more


def code_of(answer: dict[str, Any]) -> str:
    """The code of an answer that is a refusal and nothing else."""
    assert "data" not in answer
    found: str = answer["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.parametrize("mutation", KEYLESS)
async def test_each_write_that_needs_a_key_is_refused_without_one(
    shop: Rehearsal, mutation: str
) -> None:
    common = {"name": "available", "reason": "correction"}
    given: dict[str, dict[str, Any]] = {
        "inventorySetQuantities": {"input": {**common, "quantities": [line(shop, quantity=3)]}},
        "inventoryAdjustQuantities": {"input": {**common, "changes": [line(shop, delta=-1)]}},
        "refundCreate": {"input": {"orderId": "gid://shopify/Order/1"}},
        "inventoryActivate": {"inventoryItemId": shop.item("CHAIN"), "locationId": shop.place()},
    }

    answer = await shop.query(KEYLESS[mutation], **given[mutation])

    assert code_of(answer) == "BAD_REQUEST"
    assert "@idempotent" in answer["errors"][0]["message"]


@pytest.mark.parametrize("key", ["", " ", "k" * 256])
async def test_a_key_that_is_empty_or_very_long_is_refused(shop: Rehearsal, key: str) -> None:
    given = {"name": "available", "reason": "correction", "quantities": [line(shop, quantity=3)]}

    refused = await shop.ask("InventorySet", input=given, key=key)
    longest = await shop.data("InventorySet", input=given, key="k" * 255)

    assert code_of(refused) == "BAD_REQUEST"
    assert "1 to 255" in refused["errors"][0]["message"]
    assert longest["inventorySetQuantities"]["userErrors"] == []


async def test_an_adjustment_too_must_say_what_it_changes_from(shop: Rehearsal) -> None:
    change = line(shop, delta=-1)
    del change["changeFromQuantity"]
    given = {"name": "available", "reason": "correction", "changes": [change]}

    assert code_of(await shop.ask("InventoryAdjust", input=given, key="k")) == "BAD_REQUEST"


@pytest.mark.parametrize("reason", REASONS)
async def test_each_reason_that_shopify_knows_is_taken(shop: Rehearsal, reason: str) -> None:
    given = {"name": "available", "reason": reason, "quantities": [line(shop, quantity=3)]}

    data = await shop.data("InventorySet", input=given, key="k")

    assert data["inventorySetQuantities"]["userErrors"] == []


async def test_an_adjustment_may_not_be_too_low(shop: Rehearsal) -> None:
    changes = [line(shop, delta=-1_000_000_001)]
    given = {"name": "available", "reason": "correction", "changes": changes}

    data = await shop.data("InventoryAdjust", input=given, key="k")

    (error,) = data["inventoryAdjustQuantities"]["userErrors"]
    assert error["code"] == "INVALID_QUANTITY_TOO_LOW"


async def test_250_rows_are_a_page_and_a_list_and_one_more_is_none(shop: Rehearsal) -> None:
    ids = [f"gid://shopify/Product/{number}" for number in range(1, 252)]
    product = (await shop.data("ProductsPage", first=1))["products"]["nodes"][0]["id"]
    tags = [f"tag {number}" for number in range(251)]

    page = await shop.query("{ orders(first: 250) { nodes { id } } }")
    longer = await shop.query("{ orders(first: 251) { nodes { id } } }")
    found = await shop.data("InventoryItemsById", ids=ids[:250])
    too_many = await shop.ask("InventoryItemsById", ids=ids)
    tagged = await shop.ask("AddTags", id=product, tags=tags)

    assert page["data"]["orders"] == {"nodes": []}
    assert len(found["nodes"]) == 250
    assert code_of(longer) == "BAD_REQUEST"
    assert code_of(too_many) == code_of(tagged) == "MAX_INPUT_SIZE_EXCEEDED"


async def test_a_token_counts_in_its_own_header_only(shop: Rehearsal) -> None:
    answer = await shop.http.post(
        "/admin/api/2026-10/graphql.json",
        json={"query": operations(), "operationName": "ShopInfo"},
        headers={"Authorization": f"Bearer {shop.token}"},
    )

    assert answer.status_code == 401


async def test_where_orders_are_taken_from_needs_a_scope_of_its_own(shop: Rehearsal) -> None:
    order = shop.shopify.market.buy(shop.unit("CHAIN"))
    scopes = frozenset({"read_orders", "read_locations"})
    shop.token = shop.shopify.shop.tokens.grant(scopes, lives_s=None).access_token

    answer = await shop.ask("OrderLocations", id=order)

    assert {it["extensions"]["code"] for it in answer["errors"]} == {"ACCESS_DENIED"}


@pytest.mark.parametrize(
    ("topic", "scope"),
    [
        ("ORDERS_CREATE", "read_orders"),
        ("REFUNDS_CREATE", "read_orders"),
        ("INVENTORY_LEVELS_UPDATE", "read_inventory"),
        ("PRODUCTS_UPDATE", "write_products"),
        ("APP_UNINSTALLED", "read_locations"),
    ],
)
async def test_a_topic_is_told_only_to_who_may_read_what_it_tells(
    shop: Rehearsal, topic: str, scope: str
) -> None:
    may, may_not = (
        shop.shopify.shop.tokens.grant(frozenset(scopes), lives_s=None).access_token
        for scopes in ({scope}, {"read_files"})
    )

    shop.token = may_not
    refused = await shop.data("WebhookAdd", topic=topic, subscription={"uri": HOOK})
    shop.token = may
    allowed = await shop.data("WebhookAdd", topic=topic, subscription={"uri": f"{HOOK}/2"})

    assert bool(refused["webhookSubscriptionCreate"]["userErrors"]) is (topic != "APP_UNINSTALLED")
    assert allowed["webhookSubscriptionCreate"]["userErrors"] == []


async def upload(shop: Rehearsal, content: bytes) -> str:
    staged = await shop.data("StageUploads", input=[UPLOAD])
    (target,) = staged["stagedUploadsCreate"]["stagedTargets"]
    key: str = next(it["value"] for it in target["parameters"] if it["name"] == "key")
    shop.shopify.shop.files.staged[key] = content
    return key


async def test_five_bulk_mutations_run_beside_five_bulk_queries(shop: Rehearsal) -> None:
    query = "{ products { edges { node { id } } } }"
    key = await upload(shop, b'{"p": {}}')

    for _ in range(5):
        await shop.data("BulkQueryRun", query=query)
    written = [
        await shop.data("BulkMutationRun", mutation=RENAME, stagedUploadPath=key) for _ in range(6)
    ]

    errors = [it["bulkOperationRunMutation"]["userErrors"] for it in written]
    assert errors[:5] == [[]] * 5
    assert [error["code"] for error in errors[5]] == ["LIMIT_REACHED"]


async def test_the_lines_of_a_bulk_mutation_fill_at_most_100_megabytes(shop: Rehearsal) -> None:
    key = await upload(shop, bytes(100 * 1024 * 1024 + 1))

    data = await shop.data("BulkMutationRun", mutation=RENAME, stagedUploadPath=key)

    (error,) = data["bulkOperationRunMutation"]["userErrors"]
    assert error["code"] == "INVALID_STAGED_UPLOAD_FILE"
