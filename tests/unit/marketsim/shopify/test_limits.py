import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal

from marketsim.shopify.cost import weight

DEAR = """{ products(first: 250) { nodes { variants(first: 250) { nodes { inventoryItem {
    inventoryLevels(first: 50) { nodes { item { id } } } } } } } } }"""


async def drain(shop: Rehearsal, left: float) -> None:
    bucket = shop.shopify.shop.bucket
    bucket.charge(bucket.available - left)


async def test_every_answer_tells_what_is_left(shop: Rehearsal) -> None:
    answer = await shop.ask("LocationsPage")

    cost = answer["extensions"]["cost"]
    assert cost["actualQueryCost"] == 2  # two places, a page of two weighs two
    assert cost["requestedQueryCost"] == weight(50) == 8
    assert cost["throttleStatus"] == {
        "maximumAvailable": 2_000,
        "currentlyAvailable": 1_998,
        "restoreRate": 100,
    }


async def test_admission_is_by_the_requested_cost_and_the_charge_by_the_actual_one(
    shop: Rehearsal,
) -> None:
    await drain(shop, 50)

    refused = await shop.ask("ProductsPage")
    shop.clock.advance(1)
    allowed = await shop.ask("ProductsPage")

    assert "data" not in refused
    assert refused["errors"] == [
        {
            "message": "Throttled",
            "extensions": {
                "code": "THROTTLED",
                "documentation": "https://shopify.dev/api/usage/rate-limits",
            },
        }
    ]
    cost = refused["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (136, None)
    assert cost["throttleStatus"]["currentlyAvailable"] == 50
    charged = allowed["extensions"]["cost"]
    assert 0 < charged["actualQueryCost"] < charged["requestedQueryCost"] == 136
    left = 150 - charged["actualQueryCost"]
    assert charged["throttleStatus"]["currentlyAvailable"] == left
    calls = shop.shopify.market.truth()["calls"]
    assert (calls["throttled"], calls["throttled_injected"]) == (1, 0)


async def test_a_query_dearer_than_a_thousand_is_refused_without_a_status(
    shop: Rehearsal,
) -> None:
    answer = await shop.query(DEAR)

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["maxCost"] == 1_000
    assert error["extensions"]["cost"] > 1_000
    assert "extensions" not in answer
    assert "data" not in answer


@pytest.mark.parametrize(("trap", "cost"), [(1, 100), (0, 10)])
async def test_a_page_costs_each_of_its_records_or_the_root(
    shop: Rehearsal, trap: int, cost: int
) -> None:
    shop.switch(pages_cost_each=trap)

    answer = await shop.query("{ orders(first: 100) { nodes { id } } }")

    assert answer["extensions"]["cost"]["requestedQueryCost"] == cost


@pytest.mark.parametrize("arguments", ["", "(first: 251)", "(after: null)"])
async def test_a_page_must_be_at_most_250(shop: Rehearsal, arguments: str) -> None:
    answer = await shop.query(f"{{ orders{arguments} {{ nodes {{ id }} }} }}")

    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "data" not in answer


async def test_a_stock_write_costs_little(shop: Rehearsal) -> None:
    line = {
        "inventoryItemId": shop.item("CHAIN"),
        "locationId": shop.place(),
        "quantity": 2,
        "changeFromQuantity": 5,
    }
    given = {"name": "available", "reason": "correction", "quantities": [line]}

    answer = await shop.ask("InventorySet", input=given, key="k")

    assert answer["extensions"]["cost"]["requestedQueryCost"] == 14


async def test_a_bigger_plan_restores_faster(shop: Rehearsal) -> None:
    shop.shopify.shop.bucket.set_plan(maximum=20_000, restore_rate=1_000)
    await drain(shop, 0)

    shop.clock.advance(3)

    assert shop.shopify.shop.bucket.status() == {
        "maximumAvailable": 20_000,
        "currentlyAvailable": 3_000,
        "restoreRate": 1_000,
    }


async def test_injected_throttling_is_counted_apart(shop: Rehearsal) -> None:
    shop.switch(throttled=1)

    refused = await shop.ask("ShopInfo")
    shop.switch(throttled=0)
    allowed = await shop.ask("ShopInfo")

    assert ("data" in refused, "data" in allowed) == (False, True)
    calls = shop.shopify.market.truth()["calls"]
    assert (calls["throttled"], calls["throttled_injected"]) == (0, 1)
    assert calls["by_operation"] == {"ShopInfo": 2}
