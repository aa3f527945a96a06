"""Each trap of the real Shopify is on by default, and off the opposite is seen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, rehearse, setting, settle

ORDERS = "query($q: String) { orders(first: 9, query: $q) { nodes { id } } }"
TOTALS = '{ products(first: 1, query: "title:Gold*") { nodes { totalInventory } } }'
BARE = {
    "title": "Opal ring",
    "productOptions": [{"name": "Size", "values": [{"name": "7"}]}],
    "variants": [
        {
            "optionValues": [{"optionName": "Size", "name": "7"}],
            "price": "120.00",
            "inventoryItem": {"sku": "OPAL-7"},
        }
    ],
}


@asynccontextmanager
async def opened(**rates: float) -> AsyncIterator[Rehearsal]:
    shop = await rehearse(rates={f"shopify.{name}": rate for name, rate in rates.items()})
    yield shop
    await shop.http.aclose()
    await shop.shopify.close()


@pytest.mark.parametrize(
    ("rate", "codes"), [(1, ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]), (0, [])], ids=["on", "off"]
)
async def test_a_key_that_failed_is_spent_or_tried_anew(
    shop: Rehearsal, rate: float, codes: list[str]
) -> None:
    shop.switch(previous_attempt_failed=rate)
    given = setting(shop, "CHAIN", 3, changeFromQuantity=4)

    await shop.data("InventorySet", input=given, key="k")
    shop.shopify.market.buy(shop.unit("CHAIN"))  # now the figure is the one compared with
    again = await shop.data("InventorySet", input=given, key="k")

    errors = again["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in errors] == codes


@pytest.mark.parametrize(("rate", "total"), [(1, 8), (0, 6)], ids=["on", "off"])
async def test_a_total_is_stale_or_true(shop: Rehearsal, rate: float, total: int) -> None:
    shop.switch(stale_total_inventory=rate)
    await shop.query(TOTALS)
    shop.clock.advance(60)
    await shop.query(TOTALS)
    shop.shopify.market.buy(shop.unit("CHAIN"), 2)

    answer = await shop.query(TOTALS)

    assert answer["data"]["products"]["nodes"] == [{"totalInventory": total}]


@pytest.mark.parametrize(("rate", "active"), [(1, False), (0, True)], ids=["on", "off"])
async def test_a_level_made_by_a_write_is_inactive_or_active(
    shop: Rehearsal, rate: float, *, active: bool
) -> None:
    shop.switch(inactive_level=rate)
    store = shop.shopify.shop.store
    ring = next(it for it in store.items.values() if it.sku == "RUBY-6")
    gone = ring.levels.pop(list(store.locations)[1])
    store.levels_at[gone.location.number].remove(gone)
    given = setting(shop, "RUBY-6", 4, locationId=shop.place(1))

    written = await shop.data("InventorySet", input=given, key="k")

    assert written["inventorySetQuantities"]["userErrors"] == []
    assert ring.levels[gone.location.number].is_active is active


@pytest.mark.parametrize(("rate", "tracked"), [(1, False), (0, True)], ids=["on", "off"])
async def test_a_new_variant_is_untracked_or_tracked(
    shop: Rehearsal, rate: float, *, tracked: bool
) -> None:
    shop.switch(untracked_by_default=rate)

    made = await shop.data("ProductUpsert", input=BARE)

    (variant,) = made["productSet"]["product"]["variants"]["nodes"]
    assert variant["inventoryItem"]["tracked"] is tracked


@pytest.mark.parametrize(("rate", "found"), [(1, 0), (0, 1)], ids=["on", "off"])
async def test_an_old_order_is_missing_or_found(shop: Rehearsal, rate: float, found: int) -> None:
    shop.switch(sixty_day_window=rate)
    order = shop.shopify.market.buy(shop.unit("CHAIN"))
    shop.clock.advance(61 * 86_400)
    granted = shop.shopify.shop.tokens.grant(frozenset({"read_orders"}), lives_s=None)
    shop.token = granted.access_token

    page = (await shop.query(ORDERS))["data"]["orders"]["nodes"]
    one = (await shop.data("OrderById", id=order))["order"]

    assert len(page) == found
    assert (one is not None) is bool(found)


@pytest.mark.parametrize(("rate", "found"), [(1, 1), (0, 0)], ids=["on", "off"])
async def test_an_unquoted_time_is_cut_or_read(shop: Rehearsal, rate: float, found: int) -> None:
    shop.switch(date_misparse=rate)
    shop.shopify.market.buy(shop.unit("CHAIN"))  # at noon, UTC

    answer = await shop.query(ORDERS, q="updated_at:>=2026-11-23T18:00:00Z")

    assert len(answer["data"]["orders"]["nodes"]) == found


@pytest.mark.parametrize(("rate", "found"), [(1, 1), (0, 0)], ids=["on", "off"])
async def test_an_unknown_filter_matches_all_or_nothing(
    shop: Rehearsal, rate: float, found: int
) -> None:
    shop.switch(unknown_filter_ignored=rate)
    shop.shopify.market.buy(shop.unit("CHAIN"))

    answer = await shop.query(ORDERS, q="colour:red")

    assert len(answer["data"]["orders"]["nodes"]) == found


@pytest.mark.parametrize(("rate", "status"), [(1, 200), (0, 404)], ids=["on", "off"])
async def test_an_outdated_version_is_answered_by_another_or_gone(
    shop: Rehearsal, rate: float, status: int
) -> None:
    shop.switch(version_falls_forward=rate)

    answer = await shop.post("ShopInfo", {}, version="2025-01")

    assert answer.status_code == status
    assert answer.headers.get("x-shopify-api-version") == ("2026-01" if rate else None)


@pytest.mark.parametrize("rate", [1, 0], ids=["on", "off"])
async def test_ids_are_wider_than_a_float_or_not(rate: float) -> None:
    async with opened(wide_ids=rate) as shop:
        number = int(shop.item("CHAIN").rpartition("/")[2])

    assert (int(float(number + 1)) != number + 1 or int(float(number)) != number) is bool(rate)


@pytest.mark.parametrize(("rate", "status"), [(1, "FAILED"), (0, "READY")], ids=["on", "off"])
async def test_a_file_fails_or_is_ready(shop: Rehearsal, rate: float, status: str) -> None:
    shop.switch(file_fails=rate)
    asked = {"filename": "a.jpg", "mimeType": "image/jpeg", "resource": "IMAGE"}
    staged = await shop.data("StageUploads", input=[asked])
    (target,) = staged["stagedUploadsCreate"]["stagedTargets"]
    await shop.http.put(target["url"], content=b"picture")
    given = {"originalSource": target["resourceUrl"], "contentType": "IMAGE"}
    made = await shop.data("FilesCreate", files=[given])

    await shop.pass_time(4, steps=8)

    gid = made["fileCreate"]["files"][0]["id"]
    assert (await shop.data("FileStatusById", id=gid))["node"]["fileStatus"] == status


@pytest.mark.parametrize(("rate", "done"), [(1, False), (0, True)], ids=["on", "off"])
async def test_a_cancellation_is_done_later_or_at_once(
    shop: Rehearsal, rate: float, *, done: bool
) -> None:
    shop.switch(async_jobs=rate)
    order = shop.shopify.market.buy(shop.unit("RUBY-6"))

    await shop.data("OrderCancelForStock", orderId=order, reason="OTHER", restock=True)

    assert (shop.shopify.market.buyable(shop.unit("RUBY-6")) == 1) is done


@pytest.mark.parametrize("rate", [1, 0], ids=["on", "off"])
async def test_ones_own_write_comes_back_or_not(shop: Rehearsal, rate: float) -> None:
    shop.switch(inventory_echo=rate, products_update_flood=rate)
    await shop.subscribe("INVENTORY_LEVELS_UPDATE", "PRODUCTS_UPDATE")

    await shop.data("InventorySet", input=setting(shop, "CHAIN", 3), key="k")

    told = [topic for topic, _ in await shop.heard()]
    assert sorted(told) == (["inventory_levels/update", "products/update"] if rate else [])


@pytest.mark.parametrize("rate", [1, 0], ids=["on", "off"])
async def test_a_stock_write_needs_its_key_or_not(shop: Rehearsal, rate: float) -> None:
    shop.switch(idempotency_required=rate)

    answer = await shop.query(
        """mutation($input: InventorySetQuantitiesInput!) {
             inventorySetQuantities(input: $input) { userErrors { code } } }""",
        input=setting(shop, "CHAIN", 3),
    )

    assert ("errors" in answer) is bool(rate)
    assert shop.shopify.market.buyable(shop.unit("CHAIN")) == (8 if rate else 6)


@pytest.mark.parametrize(
    ("rate", "codes"), [(1, ["CHANGE_FROM_QUANTITY_STALE"]), (0, [])], ids=["on", "off"]
)
async def test_a_retry_after_success_says_stale_or_the_success(
    shop: Rehearsal, rate: float, codes: list[str]
) -> None:
    shop.switch(same_key_stale=rate)
    given = setting(shop, "CHAIN", 3, changeFromQuantity=5)

    await shop.data("InventorySet", input=given, key="k")
    again = await shop.data("InventorySet", input=given, key="k")

    errors = again["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in errors] == codes


@pytest.mark.parametrize(("rate", "left"), [(1, 0), (0, 1)], ids=["on", "off"])
async def test_a_subscription_that_failed_eight_times_is_gone_or_stays(
    rate: float, left: int
) -> None:
    shop = await rehearse(hook_status=500, rates={"shopify.subscription_deleted": rate})
    await shop.subscribe("ORDERS_CREATE")
    shop.shopify.market.buy(shop.unit("CHAIN"))

    await shop.pass_time(4.5 * 3600, steps=60)

    page = await shop.data("WebhooksPage")
    assert len(page["webhookSubscriptions"]["nodes"]) == left


async def test_eight_orders_that_nobody_hears_of_delete_a_subscription_at_once() -> None:
    shop = await rehearse(hook_status=500)
    await shop.subscribe("ORDERS_CREATE")

    for _ in range(7):
        shop.shopify.market.buy(shop.unit("CHAIN"))
        await settle()
    before = await shop.data("WebhooksPage")
    shop.shopify.market.buy(shop.unit("CHAIN"))
    await settle()
    after = await shop.data("WebhooksPage")

    assert [len(it["webhookSubscriptions"]["nodes"]) for it in (before, after)] == [1, 0]
