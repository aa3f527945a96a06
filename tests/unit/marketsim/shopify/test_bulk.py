import json
from typing import Any

from tests.unit.marketsim.shopify.rehearsal import Rehearsal

ALL = """{ products { edges { node { id title
    variants { edges { node { id sku } } } } } } }"""
SET = """mutation($input: InventorySetQuantitiesInput!, $key: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code } } }"""


async def start(shop: Rehearsal, query: str = ALL) -> str:
    data = await shop.data("BulkQueryRun", query=query)
    payload = data["bulkOperationRunQuery"]
    assert payload["userErrors"] == []
    found: str = payload["bulkOperation"]["id"]
    return found


async def poll(shop: Rehearsal, gid: str) -> dict[str, Any]:
    found: dict[str, Any] = (await shop.data("BulkOperationPoll", id=gid))["bulkOperation"]
    return found


async def test_everything_is_read_as_lines_that_name_their_parent(shop: Rehearsal) -> None:
    gid = await start(shop)
    early = await poll(shop, gid)
    await shop.pass_time(3, steps=12)
    late = await poll(shop, gid)

    lines = [json.loads(it) for it in (await shop.http.get(late["url"])).text.splitlines()]
    assert (early["status"], early["url"], late["status"]) == ("CREATED", None, "COMPLETED")
    assert (late["objectCount"], late["rootObjectCount"]) == ("7", "3")
    assert int(late["fileSize"]) > 0
    products = [it for it in lines if "__parentId" not in it]
    assert [it["title"] for it in products] == ["Ruby ring", "Gold chain", "Loose stone"]
    assert [it["sku"] for it in lines if it.get("__parentId") == products[0]["id"]] == [
        "RUBY-6",
        "RUBY-7",
    ]


async def test_a_result_can_be_fetched_for_seven_days(shop: Rehearsal) -> None:
    gid = await start(shop)
    await shop.pass_time(3, steps=12)
    url = (await poll(shop, gid))["url"]

    shop.clock.advance(7 * 86_400)

    assert (await shop.http.get(url)).status_code == 403


async def test_five_operations_run_at_once(shop: Rehearsal) -> None:
    for _ in range(5):
        await start(shop)

    data = await shop.data("BulkQueryRun", query=ALL)

    assert data["bulkOperationRunQuery"]["userErrors"][0]["code"] == "LIMIT_REACHED"


async def test_an_operation_is_cancelled_on_its_way(shop: Rehearsal) -> None:
    gid = await start(shop)

    data = await shop.data("BulkOperationStop", id=gid)
    await shop.pass_time(3, steps=12)

    assert data["bulkOperationCancel"]["bulkOperation"]["status"] == "CANCELING"
    assert (await poll(shop, gid))["status"] == "CANCELED"
    again = await shop.data("BulkOperationStop", id=gid)
    assert again["bulkOperationCancel"]["userErrors"]


async def test_a_failing_operation_leaves_partial_data(shop: Rehearsal) -> None:
    shop.switch(bulk_fails=1)
    gid = await start(shop)

    await shop.pass_time(3, steps=12)

    found = await poll(shop, gid)
    assert (found["status"], found["errorCode"], found["url"]) == (
        "FAILED",
        "INTERNAL_SERVER_ERROR",
        None,
    )
    assert (await shop.http.get(found["partialDataUrl"])).text
    shop.switch(bulk_fails=0)
    gid = await start(shop)
    await shop.pass_time(3, steps=12)
    assert (await poll(shop, gid))["status"] == "COMPLETED"


async def test_a_mutation_runs_once_for_every_uploaded_line(shop: Rehearsal) -> None:
    staged = await shop.data(
        "StageUploads",
        input=[
            {
                "filename": "lines.jsonl",
                "mimeType": "text/jsonl",
                "resource": "BULK_MUTATION_VARIABLES",
                "httpMethod": "POST",
            }
        ],
    )
    (target,) = staged["stagedUploadsCreate"]["stagedTargets"]
    key = next(it["value"] for it in target["parameters"] if it["name"] == "key")
    rows = []
    for number, sku in enumerate(("CHAIN", "RUBY-7")):
        line = {
            "inventoryItemId": shop.item(sku),
            "locationId": shop.place(),
            "quantity": 1,
            "changeFromQuantity": None,
        }
        given = {"name": "available", "reason": "correction", "quantities": [line]}
        rows.append(json.dumps({"input": given, "key": f"k{number}"}))
    uploaded = await shop.http.post(
        target["url"], data={"key": key}, files={"file": "\n".join(rows).encode()}
    )

    data = await shop.data("BulkMutationRun", mutation=SET, stagedUploadPath=key)
    await shop.pass_time(3, steps=12)

    assert uploaded.status_code == 201
    found = await poll(shop, data["bulkOperationRunMutation"]["bulkOperation"]["id"])
    lines = [json.loads(it) for it in (await shop.http.get(found["url"])).text.splitlines()]
    assert [it["__lineNumber"] for it in lines] == [0, 1]
    assert all(it["data"]["inventorySetQuantities"]["userErrors"] == [] for it in lines)
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 4


async def test_what_is_not_a_bulk_query_is_refused(shop: Rehearsal) -> None:
    wrong = await shop.data("BulkQueryRun", query="mutation { x }")
    lost = await shop.data("BulkMutationRun", mutation=SET, stagedUploadPath="tmp/none")

    assert wrong["bulkOperationRunQuery"]["userErrors"][0]["code"] == "INVALID"
    assert lost["bulkOperationRunMutation"]["userErrors"][0]["code"] == "NO_SUCH_FILE"
