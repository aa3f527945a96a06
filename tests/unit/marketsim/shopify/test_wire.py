import asyncio

import httpx2
import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, operations, settle
from tests.unit.marketsim.shopify.street import serve


def set_chain(shop: Rehearsal) -> dict[str, object]:
    line = {
        "inventoryItemId": shop.item("CHAIN"),
        "locationId": shop.place(),
        "quantity": 2,
        "changeFromQuantity": 5,
    }
    given = {"name": "available", "reason": "correction", "quantities": [line]}
    return {"input": given, "key": "k1"}


@pytest.mark.parametrize("status", [400, 402, 403, 404, 422, 423, 429, 430, 500, 503])
async def test_the_edge_refuses_before_anything_is_done(shop: Rehearsal, status: int) -> None:
    shop.switch(**{f"http_{status}": 1})

    response = await shop.post("InventorySet", set_chain(shop))

    assert response.status_code == status
    assert ("retry-after" in response.headers) == (status == 429)
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 8


async def test_a_write_is_applied_although_its_answer_is_lost(shop: Rehearsal) -> None:
    shop.switch(response_lost=1)

    with pytest.raises(httpx2.TransportError):
        await shop.post("InventorySet", set_chain(shop))
    shop.switch(response_lost=0, same_key_stale=1)
    again = await shop.data("InventorySet", **set_chain(shop))

    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 5
    errors = again["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in errors] == ["CHANGE_FROM_QUANTITY_STALE"]


async def test_a_lost_answer_is_a_broken_connection_on_a_real_socket(shop: Rehearsal) -> None:
    shop.switch(response_lost=1)
    body = {
        "query": operations(),
        "operationName": "InventorySet",
        "variables": set_chain(shop),
    }

    async with serve(shop.shopify.app) as port, httpx2.AsyncClient() as client:
        address = f"http://127.0.0.1:{port}/admin/api/2026-10/graphql.json"
        with pytest.raises(httpx2.TransportError):
            await client.post(address, json=body, headers={"X-Shopify-Access-Token": shop.token})

    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 5


async def test_a_bad_gateway_may_hide_a_success(shop: Rehearsal) -> None:
    shop.switch(bad_gateway_after_write=1)

    response = await shop.post("InventorySet", set_chain(shop))

    assert response.status_code == 502
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 5


async def test_the_same_key_at_once_is_a_concurrent_request(shop: Rehearsal) -> None:
    shop.switch(latency=1)
    first = asyncio.create_task(shop.data("InventorySet", **set_chain(shop)))
    await settle()
    while shop.shopify.market.buyable(shop.unit("CHAIN")) == 8:
        await shop.pass_time(0.05)  # until it is applied but not yet answered

    shop.switch(latency=0)
    second = await shop.data("InventorySet", **set_chain(shop))
    await shop.pass_time(2)
    third = await shop.data("InventorySet", **set_chain(shop))

    errors = second["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in errors] == ["IDEMPOTENCY_CONCURRENT_REQUEST"]
    assert (await first)["inventorySetQuantities"]["userErrors"] == []
    assert third == await first


async def test_part_of_an_answer_can_be_missing(shop: Rehearsal) -> None:
    shop.shopify.market.buy(shop.unit("CHAIN"))
    shop.switch(partial_data=1)

    answer = await shop.ask("OrdersUpdatedSince", query="")

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    spot = answer["data"]
    for step in error["path"]:
        spot = spot[step]
    assert spot is None
    assert answer["data"]["orders"]["nodes"]


async def test_a_token_may_die_in_the_middle_of_a_run(shop: Rehearsal) -> None:
    shop.switch(token_expires_early=1)

    response = await shop.post("ShopInfo", {})
    shop.switch(token_expires_early=0)

    assert response.status_code == 401
    assert (await shop.post("ShopInfo", {})).status_code == 401


@pytest.mark.parametrize(
    ("asked", "status", "answered"),
    [
        ("2026-10", 200, "2026-10"),
        ("2026-07", 200, "2026-07"),
        ("2025-01", 200, "2026-01"),
        ("2027-01", 404, None),
        ("newest", 404, None),
    ],
)
async def test_an_outdated_version_falls_forward_silently(
    shop: Rehearsal, asked: str, status: int, answered: str | None
) -> None:
    response = await shop.post("ShopInfo", {}, version=asked)

    assert response.status_code == status
    assert response.headers.get("x-shopify-api-version") == answered


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"query": 1}', '{"query": "{ shop { id } }", "variables": [1]}']
)
async def test_nonsense_is_a_bad_request(shop: Rehearsal, body: str) -> None:
    response = await shop.http.post(
        "/admin/api/2026-10/graphql.json",
        content=body,
        headers={"X-Shopify-Access-Token": shop.token},
    )

    assert response.status_code == 400
    assert "errors" in response.json()


@pytest.mark.parametrize(
    "query",
    [
        "{ shop {",
        "{ shop { nonsense } }",
        "query A { shop { id } } query B { shop { id } }",
        "query($id: ID!) { order(id: $id) { id } }",
    ],
)
async def test_a_wrong_document_says_so_with_200(shop: Rehearsal, query: str) -> None:
    response = await shop.post_body({"query": query})

    assert response.status_code == 200
    assert response.json()["errors"][0]["extensions"]["code"]
    assert "data" not in response.json()


async def test_a_stranger_is_turned_away(shop: Rehearsal) -> None:
    shop.token = "shpat_unknown"

    response = await shop.post("ShopInfo", {})

    assert response.status_code == 401
