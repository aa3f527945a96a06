import asyncio

import httpx2
import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, operations, settle
from tests.unit.marketsim.shopify.street import serve

from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET


def set_chain(shop: Rehearsal) -> dict[str, object]:
    line = {
        "inventoryItemId": shop.item("CHAIN"),
        "locationId": shop.place(),
        "quantity": 2,
        "changeFromQuantity": 5,
    }
    given = {"name": "available", "reason": "correction", "quantities": [line]}
    return {"input": given, "key": "k1"}


@pytest.mark.parametrize(
    "trap",
    [
        "http_400",
        "http_402",
        "http_403",
        "http_404",
        "http_422",
        "http_423",
        "http_429",
        "http_430",
        "http_500",
        "http_503",
    ],
)
async def test_the_edge_refuses_before_anything_is_done_until_that_is_off(
    shop: Rehearsal, trap: str
) -> None:
    shop.switch(**{trap: 1})
    refused = await shop.post("InventorySet", set_chain(shop))
    untouched = shop.shopify.market.buyable(shop.unit("CHAIN"))
    shop.switch(**{trap: 0})
    allowed = await shop.post("InventorySet", set_chain(shop))

    assert refused.status_code == int(trap.removeprefix("http_"))
    assert ("retry-after" in refused.headers) == (trap == "http_429")
    assert untouched == 8
    assert allowed.status_code == 200
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 5


async def test_a_connection_drops_before_anything_is_done_until_that_is_off(
    shop: Rehearsal,
) -> None:
    shop.switch(connection_dropped=1)
    with pytest.raises(httpx2.TransportError):
        await shop.post("InventorySet", set_chain(shop))
    untouched = shop.shopify.market.buyable(shop.unit("CHAIN"))
    shop.switch(connection_dropped=0)
    allowed = await shop.post("InventorySet", set_chain(shop))

    assert (untouched, allowed.status_code) == (8, 200)
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 5


async def test_a_write_is_applied_although_its_answer_is_lost(shop: Rehearsal) -> None:
    shop.switch(response_lost=1)

    with pytest.raises(httpx2.TransportError):
        await shop.post("InventorySet", set_chain(shop))
    shop.switch(response_lost=0, same_key_stale=1)
    again = await shop.data("InventorySet", **set_chain(shop))

    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 5
    errors = again["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in errors] == ["CHANGE_FROM_QUANTITY_STALE"]


async def test_reads_and_tokens_lose_their_answers_too(shop: Rehearsal) -> None:
    shop.switch(response_lost=1)
    asked = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

    with pytest.raises(httpx2.TransportError):
        await shop.post("ShopInfo", {})
    with pytest.raises(httpx2.TransportError):
        await shop.http.post(
            "/admin/oauth/access_token", json=asked | {"grant_type": "client_credentials"}
        )


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


@pytest.mark.parametrize(("rate", "status"), [(1, 502), (0, 200)], ids=["on", "off"])
async def test_a_bad_gateway_may_hide_a_success(shop: Rehearsal, rate: float, status: int) -> None:
    shop.switch(bad_gateway_after_write=rate)

    response = await shop.post("InventorySet", set_chain(shop))

    assert response.status_code == status
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


@pytest.mark.parametrize(("rate", "slow"), [(1, True), (0, False)], ids=["on", "off"])
async def test_an_answer_takes_market_time_or_none(
    shop: Rehearsal, rate: float, *, slow: bool
) -> None:
    shop.switch(latency=rate)

    asked = asyncio.create_task(shop.post("ShopInfo", {}))
    await settle()
    waiting = not asked.done()
    await shop.pass_time(4, steps=4)

    assert waiting is slow
    assert (await asked).status_code == 200


async def test_part_of_an_answer_can_be_missing(shop: Rehearsal) -> None:
    shop.shopify.market.buy(shop.unit("CHAIN"))
    shop.switch(partial_data=1)

    answer = await shop.ask("OrdersUpdatedSince", query="")
    shop.switch(partial_data=0)
    whole = await shop.ask("OrdersUpdatedSince", query="")

    assert "errors" not in whole
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    spot = answer["data"]
    for step in error["path"]:
        spot = spot[step]
    assert spot is None
    assert answer["data"]["orders"]["nodes"]


@pytest.mark.parametrize(("rate", "says"), [(1, "TIMEOUT"), (0, None)], ids=["on", "off"])
async def test_what_timed_out_is_done_and_not_answered(
    shop: Rehearsal, rate: float, says: str | None
) -> None:
    shop.switch(timed_out=rate)

    answer = await shop.ask("InventorySet", **set_chain(shop))
    shop.switch(timed_out=0)

    assert (answer["data"] is None) is (says is not None)
    assert [error["extensions"]["code"] for error in answer.get("errors", [])] == (
        [says] if says else []
    )
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == 5


@pytest.mark.parametrize(("rate", "status"), [(1, 401), (0, 200)], ids=["on", "off"])
async def test_a_token_may_die_in_the_middle_of_a_run(
    shop: Rehearsal, rate: float, status: int
) -> None:
    shop.switch(token_expires_early=rate)

    response = await shop.post("ShopInfo", {})
    shop.switch(token_expires_early=0)

    assert response.status_code == status
    assert (await shop.post("ShopInfo", {})).status_code == status


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
