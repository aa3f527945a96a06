import re
from pathlib import Path

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, rehearse

from marketsim.market import NotForSale
from marketsim.shopify import FAULTS
from marketsim.webhooks import webhook_faults

SOURCE = Path("src/marketsim/shopify")


def test_every_trap_is_set_somewhere() -> None:
    text = "".join(path.read_text() for path in SOURCE.rglob("*.py") if path.name != "traps.py")
    named = set(re.findall(r'strikes\(\s*f?"([a-z_0-9{}]+)"', text))
    statuses = {f"shopify.http_{it}" for it in (400, 402, 403, 404, 422, 423, 429, 430, 500, 503)}

    set_traps = {f"shopify.{it}" for it in named} | statuses | {"shopify.wide_ids"}

    assert set(FAULTS) - set(webhook_faults("shopify")) <= set_traps


async def test_traps_can_be_switched_off(shop: Rehearsal) -> None:
    shop.switch(
        null_quantity_after_change=0,
        null_group_on_zero_delta=0,
        async_jobs=0,
        idempotency_required=0,
        inventory_echo=0,
        products_update_flood=0,
    )
    await shop.subscribe("INVENTORY_LEVELS_UPDATE", "PRODUCTS_UPDATE")
    line = {
        "inventoryItemId": shop.item("CHAIN"),
        "locationId": shop.place(),
        "quantity": 2,
        "changeFromQuantity": None,
    }
    given = {"name": "available", "reason": "correction", "quantities": [line]}

    first = await shop.data("InventorySet", input=given, key="k1")
    same = await shop.data("InventorySet", input=given, key="k2")
    order = shop.shopify.market.buy(shop.unit("RUBY-6"))
    heard = await shop.heard()
    await shop.data("OrderCancelForStock", orderId=order, reason="OTHER", restock=True)

    group = first["inventorySetQuantities"]["inventoryAdjustmentGroup"]
    assert [it["quantityAfterChange"] for it in group["changes"]] == [2, 2]
    assert same["inventorySetQuantities"]["inventoryAdjustmentGroup"]["changes"] == []
    assert [topic for topic, _ in heard] == ["inventory_levels/update"]
    assert shop.shopify.market.buyable(shop.unit("RUBY-6")) == 1


async def test_a_checkout_begun_earlier_may_oversell(shop: Rehearsal) -> None:
    shop.shopify.market.buy(shop.unit("RUBY-6"))
    shop.switch(checkout_race=1)

    shop.shopify.market.buy(shop.unit("RUBY-6"))
    shop.switch(checkout_race=0)
    with pytest.raises(NotForSale):
        shop.shopify.market.buy(shop.unit("RUBY-6"))

    assert shop.shopify.market.truth()["products"][0]["variants"][0]["levels"][0]["available"] == -1


@pytest.mark.parametrize(("rate", "cancelled"), [(1, False), (0, True)], ids=["on", "off"])
async def test_a_cancellation_may_end_without_having_cancelled(
    shop: Rehearsal, rate: float, *, cancelled: bool
) -> None:
    order = shop.shopify.market.buy(shop.unit("RUBY-6"))
    shop.switch(job_fails=rate)

    data = await shop.data("OrderCancelForStock", orderId=order, reason="OTHER", restock=True)
    await shop.pass_time(5)

    job = data["orderCancel"]["job"]["id"]
    assert (await shop.data("JobPoll", id=job))["job"]["done"] is True
    told = (await shop.data("OrderById", id=order))["order"]["cancelledAt"]
    assert (told is not None) is cancelled


async def test_the_same_seed_gives_the_same_shop(shop: Rehearsal) -> None:
    twin = await rehearse()

    assert twin.shopify.market.truth()["products"] == shop.shopify.market.truth()["products"]
