"""The shop's rules of keys, costs and stock, each with its kinder opposite."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.marketsim.shopify.rehearsal import (
    CATALOGUE,
    Rehearsal,
    listing,
    rehearse,
    setting,
    settle,
    unit,
)

from marketsim.market import EditRefused, NotForSale

DEAR = """{ products(first: 250) { nodes { variants(first: 250) { nodes { inventoryItem {
    inventoryLevels(first: 50) { nodes { item { id } } } } } } } } }"""
SWITCHED = pytest.mark.parametrize("rate", [1, 0], ids=["on", "off"])


async def codes(shop: Rehearsal, given: dict[str, Any], key: str = "k") -> list[str]:
    data = await shop.data("InventorySet", input=given, key=key)
    return [error["code"] for error in data["inventorySetQuantities"]["userErrors"]]


def adjusting(shop: Rehearsal, delta: int) -> dict[str, Any]:
    line = {
        "inventoryItemId": shop.item("RUBY-6"),
        "locationId": shop.place(),
        "delta": delta,
        "changeFromQuantity": None,
    }
    return {"name": "available", "reason": "correction", "changes": [line]}


def left(shop: Rehearsal, sku: str) -> int:
    item = next(it for it in shop.shopify.shop.store.items.values() if it.sku == sku)
    return next(iter(item.levels.values())).quantities["available"]


async def drain(shop: Rehearsal, points: float) -> None:
    bucket = shop.shopify.shop.bucket
    bucket.charge(bucket.available - points)


@pytest.mark.parametrize(
    ("rate", "wrong", "after"),
    [(1, ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"], 3), (0, [], 2)],
    ids=["on", "off"],
)
async def test_a_key_with_other_parameters_is_refused_or_as_good_as_new(
    shop: Rehearsal, rate: float, wrong: list[str], after: int
) -> None:
    shop.switch(key_mismatch_refused=rate)
    await codes(shop, setting(shop, "CHAIN", 3))

    assert await codes(shop, setting(shop, "CHAIN", 2)) == wrong
    assert left(shop, "CHAIN") == after


@pytest.mark.parametrize(
    ("rate", "wrong"), [(1, ["IDEMPOTENCY_CONCURRENT_REQUEST"]), (0, [])], ids=["on", "off"]
)
async def test_a_key_at_work_is_refused_or_answered_as_the_first_will_be(
    shop: Rehearsal, rate: float, wrong: list[str]
) -> None:
    shop.switch(latency=1, key_running_refused=rate)
    first = asyncio.create_task(codes(shop, setting(shop, "CHAIN", 3)))
    await settle()
    while left(shop, "CHAIN") == 5:
        await shop.pass_time(0.05)  # until it is applied but not yet answered
    shop.switch(latency=0)

    second = await codes(shop, setting(shop, "CHAIN", 3))

    assert (first.done(), second) == (False, wrong)
    await shop.pass_time(2)
    assert (await first, left(shop, "CHAIN")) == ([], 3)


@pytest.mark.parametrize(("rate", "after"), [(1, -1), (0, 0)], ids=["on", "off"])
async def test_a_day_later_a_key_is_forgotten_or_still_known(
    shop: Rehearsal, rate: float, after: int
) -> None:
    shop.switch(key_outlived=rate)
    granted = shop.shopify.shop.tokens.grant(frozenset({"write_inventory"}), lives_s=None)
    shop.token = granted.access_token
    await shop.data("InventoryAdjust", input=adjusting(shop, -1), key="k")

    shop.clock.advance(24 * 3600)
    await shop.data("InventoryAdjust", input=adjusting(shop, -1), key="k")

    assert left(shop, "RUBY-6") == after


@pytest.mark.parametrize(
    ("rate", "status", "wait_s"), [(1, 200, None), (0, 429, "2")], ids=["on", "off"]
)
async def test_an_empty_bucket_is_told_of_with_200_or_with_429(
    shop: Rehearsal, rate: float, status: int, wait_s: str | None
) -> None:
    shop.switch(throttled_as_200=rate)
    await drain(shop, 0)

    answer = await shop.post("ProductsPage", {})

    assert (answer.status_code, answer.headers.get("retry-after")) == (status, wait_s)
    assert answer.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert shop.shopify.market.truth()["calls"]["throttled"] == 1


@SWITCHED
async def test_a_call_needs_all_that_it_might_cost_or_anything_that_is_left(
    shop: Rehearsal, rate: float
) -> None:
    shop.switch(admission_by_requested=rate)
    await drain(shop, 50)

    answer = await shop.ask("ProductsPage")

    assert ("data" not in answer) is bool(rate)
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 136


@SWITCHED
async def test_a_call_is_charged_what_came_of_it_or_what_was_said(
    shop: Rehearsal, rate: float
) -> None:
    shop.switch(charge_by_actual=rate)

    cost = (await shop.ask("ProductsPage"))["extensions"]["cost"]

    assert (cost["actualQueryCost"] < cost["requestedQueryCost"]) is bool(rate)
    left_over = 2_000 - cost["actualQueryCost"]
    assert cost["throttleStatus"]["currentlyAvailable"] == left_over


@SWITCHED
async def test_what_might_cost_more_than_a_thousand_is_refused_or_done(
    shop: Rehearsal, rate: float
) -> None:
    shop.switch(max_cost=rate)

    answer = await shop.query(DEAR)

    assert ("data" not in answer) is bool(rate)


@SWITCHED
async def test_what_is_too_dear_is_told_nothing_of_the_bucket_or_all(
    shop: Rehearsal, rate: float
) -> None:
    shop.switch(max_cost_without_status=rate)

    answer = await shop.query(DEAR)

    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert ("extensions" not in answer) is bool(rate)
    assert rate or answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 2_000
    assert shop.shopify.market.truth()["calls"]["throttled"] == 0


@pytest.mark.parametrize(
    ("rate", "told"), [(1, ["available", "on_hand"]), (0, ["available"])], ids=["on", "off"]
)
async def test_a_write_tells_of_both_figures_or_of_its_own(
    shop: Rehearsal, rate: float, told: list[str]
) -> None:
    shop.switch(paired_changes=rate)

    data = await shop.data("InventorySet", input=setting(shop, "CHAIN", 3), key="k")

    group = data["inventorySetQuantities"]["inventoryAdjustmentGroup"]
    assert [change["name"] for change in group["changes"]] == told


@SWITCHED
async def test_an_app_takes_available_below_zero_or_is_refused(
    shop: Rehearsal, rate: float
) -> None:
    shop.switch(negative_available=rate)

    data = await shop.data("InventoryAdjust", input=adjusting(shop, -2), key="k")

    errors = data["inventoryAdjustQuantities"]["userErrors"]
    assert [error["code"] for error in errors] == ([] if rate else ["INVALID_QUANTITY_TOO_LOW"])
    assert left(shop, "RUBY-6") == (-1 if rate else 1)


@pytest.mark.parametrize(
    "act",
    [
        lambda shop: shop.shopify.market.sell_in_person(shop.unit("RUBY-6"), 2),
        lambda shop: shop.shopify.market.reserve(shop.unit("RUBY-6"), quantity=2),
        lambda shop: shop.shopify.market.buy(shop.unit("RUBY-6"), 2),
    ],
    ids=["till", "draft", "selling on"],
)
@SWITCHED
async def test_a_person_takes_available_below_zero_or_is_refused(
    shop: Rehearsal, rate: float, act: Callable[[Rehearsal], object]
) -> None:
    for variant in shop.shopify.shop.store.variants.values():
        variant.inventory_policy = "CONTINUE"
    shop.switch(negative_available=rate)

    if rate:
        act(shop)
    else:
        with pytest.raises((NotForSale, EditRefused)):
            act(shop)

    assert left(shop, "RUBY-6") == (-1 if rate else 1)


@SWITCHED
async def test_an_app_may_give_a_sku_twice_or_is_refused(shop: Rehearsal, rate: float) -> None:
    shop.switch(duplicate_skus=rate)
    store = shop.shopify.shop.store
    product = next(iter(store.products.values()))
    row = {"id": product.variants[1].gid, "inventoryItem": {"sku": "CHAIN"}}
    made = {"title": "Opal ring", "variants": [{"optionValues": [], "sku": "CHAIN"}]}

    item = await shop.data(
        "InventoryItemSetTracked", id=shop.item("RUBY-6"), input={"sku": "CHAIN"}
    )
    variant = await shop.data("VariantPrices", productId=product.gid, variants=[row])
    whole = await shop.data("ProductUpsert", input=made)

    payloads = [*item.values(), *variant.values(), *whole.values()]
    assert [bool(payload["userErrors"]) for payload in payloads] == [not rate] * 3
    assert store.skus["CHAIN"] == (4 if rate else 1)


async def test_where_no_sku_is_given_twice_its_own_may_be_given_again(shop: Rehearsal) -> None:
    shop.switch(duplicate_skus=0)

    data = await shop.data("InventoryItemSetTracked", id=shop.item("CHAIN"), input={"sku": "CHAIN"})

    assert data["inventoryItemUpdate"]["userErrors"] == []


@pytest.mark.parametrize(
    ("rate", "skus"), [(1, ["RUBY-6", "RUBY-6"]), (0, ["RUBY-6", "RUBY-6-2"])], ids=["on", "off"]
)
async def test_a_sku_that_the_jeweller_typed_twice_stays_or_is_told_apart(
    rate: float, skus: list[str]
) -> None:
    twice = listing("Other ring", unit("ring7", "RUBY-6", 1, 0))
    catalogue = CATALOGUE.__class__(
        seed=1,
        currency="USD",
        locations=CATALOGUE.locations,
        pieces=CATALOGUE.pieces,
        listings=(*CATALOGUE.listings, twice),
    )

    shop = await rehearse(catalogue, rates={"shopify.duplicate_skus": rate})

    found = [it.sku or "" for it in shop.shopify.shop.store.items.values()]
    assert [sku for sku in found if sku.startswith("RUBY-6")] == skus
    await shop.http.aclose()
    await shop.shopify.close()
