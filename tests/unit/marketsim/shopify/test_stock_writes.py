from typing import Any

import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, setting


async def set_stock(shop: Rehearsal, given: dict[str, Any], key: str = "k1") -> dict[str, Any]:
    data = await shop.data("InventorySet", input=given, key=key)
    found: dict[str, Any] = data["inventorySetQuantities"]
    return found


async def levels(shop: Rehearsal, sku: str, place: int = 0) -> dict[str, int]:
    data = await shop.data(
        "InventoryItemAtLocation", id=shop.item(sku), locationId=shop.place(place)
    )
    rows = data["inventoryItem"]["inventoryLevel"]["quantities"]
    return {row["name"]: row["quantity"] for row in rows}


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def test_a_write_moves_available_and_on_hand_in_a_pair(shop: Rehearsal) -> None:
    payload = await set_stock(shop, setting(shop, "CHAIN", 3, changeFromQuantity=5))

    changes = payload["inventoryAdjustmentGroup"]["changes"]
    assert [(it["name"], it["delta"]) for it in changes] == [("available", -2), ("on_hand", -2)]
    assert all(it["quantityAfterChange"] is None for it in changes)
    assert await levels(shop, "CHAIN") == {
        "available": 3,
        "on_hand": 3,
        "committed": 0,
        "reserved": 0,
        "incoming": 0,
    }


async def test_a_write_that_changes_nothing_returns_neither_group_nor_error(
    shop: Rehearsal,
) -> None:
    payload = await set_stock(shop, setting(shop, "CHAIN", 5))

    assert payload == {"inventoryAdjustmentGroup": None, "userErrors": []}


async def test_one_stale_line_refuses_the_whole_call(shop: Rehearsal) -> None:
    given = setting(shop, "CHAIN", 3, changeFromQuantity=5)
    given["quantities"] += setting(shop, "RUBY-6", 0, changeFromQuantity=7)["quantities"]

    payload = await set_stock(shop, given)

    assert codes(payload) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert payload["userErrors"][0]["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert (await levels(shop, "CHAIN"))["available"] == 5


async def test_a_write_without_a_key_is_refused(shop: Rehearsal) -> None:
    answer = await shop.query(
        """mutation($input: InventorySetQuantitiesInput!) {
             inventorySetQuantities(input: $input) { userErrors { code } } }""",
        input=setting(shop, "CHAIN", 3),
    )

    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "data" not in answer
    assert (await levels(shop, "CHAIN"))["available"] == 5


async def test_a_write_must_say_what_it_changes_from(shop: Rehearsal) -> None:
    given = setting(shop, "CHAIN", 3)
    del given["quantities"][0]["changeFromQuantity"]

    refused = await shop.ask("InventorySet", input=given, key="k1")
    shop.switch(change_from_required=0)
    allowed = await set_stock(shop, given)

    assert refused["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert refused["errors"][0]["path"][-2:] == [0, "changeFromQuantity"]
    assert allowed["userErrors"] == []


async def test_the_same_key_returns_the_first_success_without_writing_again(
    shop: Rehearsal,
) -> None:
    adjust = {
        "name": "available",
        "reason": "correction",
        "changes": [
            {
                "inventoryItemId": shop.item("CHAIN"),
                "locationId": shop.place(),
                "delta": -1,
                "changeFromQuantity": None,
            }
        ],
    }

    first = await shop.data("InventoryAdjust", input=adjust, key="k1")
    again = await shop.data("InventoryAdjust", input=adjust, key="k1")

    assert again == first
    assert (await levels(shop, "CHAIN"))["available"] == 4


async def test_the_same_key_may_as_well_say_stale(shop: Rehearsal) -> None:
    given = setting(shop, "CHAIN", 3, changeFromQuantity=5)
    shop.switch(same_key_stale=1)

    await set_stock(shop, given)
    again = await set_stock(shop, given)

    assert codes(again) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert (await levels(shop, "CHAIN"))["available"] == 3


async def test_a_key_is_bound_to_its_parameters_for_a_day(shop: Rehearsal) -> None:
    await set_stock(shop, setting(shop, "CHAIN", 3))

    other = await set_stock(shop, setting(shop, "CHAIN", 2))
    shop.clock.advance(24 * 3600 - 90)
    granted = shop.shopify.shop.tokens.grant(frozenset({"write_inventory"}), lives_s=None)
    shop.token = granted.access_token
    still_other = await set_stock(shop, setting(shop, "CHAIN", 2))
    shop.clock.advance(91)
    expired = await set_stock(shop, setting(shop, "CHAIN", 2))

    assert codes(other) == codes(still_other) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert expired["userErrors"] == []


async def test_a_key_whose_first_attempt_failed_is_spent(shop: Rehearsal) -> None:
    given = setting(shop, "CHAIN", 3, changeFromQuantity=9)

    first = await set_stock(shop, given)
    again = await set_stock(shop, given)

    assert codes(first) == ["CHANGE_FROM_QUANTITY_STALE"]
    assert codes(again) == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reason": "because"}, "INVALID_REASON"),
        ({"name": "committed"}, "INVALID_NAME"),
        ({"referenceDocumentUri": "no scheme"}, "INVALID_REFERENCE_DOCUMENT"),
        ({"quantity": -1}, "INVALID_QUANTITY_NEGATIVE"),
        ({"quantity": 1_000_000_001}, "INVALID_QUANTITY_TOO_HIGH"),
        ({"inventoryItemId": "gid://shopify/InventoryItem/1"}, "INVALID_INVENTORY_ITEM"),
        ({"locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
    ],
)
async def test_each_mistake_has_its_code(shop: Rehearsal, wrong: dict[str, Any], code: str) -> None:
    given = setting(shop, "CHAIN", 3)
    for name, value in wrong.items():
        target = given["quantities"][0] if name in given["quantities"][0] else given
        target[name] = value

    payload = await set_stock(shop, given)

    assert codes(payload) == [code]


async def test_the_same_place_twice_is_refused(shop: Rehearsal) -> None:
    given = setting(shop, "CHAIN", 3)
    given["quantities"] *= 2

    payload = await set_stock(shop, given)

    assert codes(payload) == ["NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"]


async def test_more_than_250_lines_are_refused_before_anything_runs(shop: Rehearsal) -> None:
    given = setting(shop, "CHAIN", 3)
    given["quantities"] *= 251

    answer = await shop.ask("InventorySet", input=given, key="k1")

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert answer["errors"][0]["path"] == ["inventorySetQuantities", "input", "quantities"]


async def test_setting_on_hand_moves_available(shop: Rehearsal) -> None:
    shop.shopify.market.buy(shop.unit("CHAIN"), 2)
    given = setting(shop, "CHAIN", 4, changeFromQuantity=5) | {"name": "on_hand"}

    await set_stock(shop, given)

    after = await levels(shop, "CHAIN")
    assert (after["on_hand"], after["committed"], after["available"]) == (4, 2, 2)


async def test_a_place_that_never_stocked_the_item_gets_an_inactive_level(
    shop: Rehearsal,
) -> None:
    made = shop.shopify.shop.store
    ring = next(it for it in made.items.values() if it.sku == "RUBY-6")
    gone = ring.levels.pop(list(made.locations)[1])
    made.levels_at[gone.location.number].remove(gone)

    payload = await set_stock(shop, setting(shop, "RUBY-6", 4, locationId=shop.place(1)))

    assert payload["userErrors"] == []
    assert not ring.levels[gone.location.number].is_active
    assert shop.shopify.market.buyable(shop.unit("RUBY-6")) == 1
    await shop.data(
        "InventoryActivateAt", inventoryItemId=ring.gid, locationId=shop.place(1), key="k2"
    )
    assert shop.shopify.market.buyable(shop.unit("RUBY-6")) == 5


async def test_an_item_can_be_tracked_later(shop: Rehearsal) -> None:
    stone = next(it for it in shop.shopify.shop.store.items.values() if it.sku is None)

    data = await shop.data("InventoryItemSetTracked", id=stone.gid, input={"tracked": True})

    assert data["inventoryItemUpdate"]["inventoryItem"]["tracked"] is True
    assert [type(it).__name__ for it in shop.happened] == ["OfferChanged"]


async def test_250_items_are_read_in_one_call(shop: Rehearsal) -> None:
    ids = [it.gid for it in shop.shopify.shop.store.items.values()]

    data = await shop.data("InventoryItemsById", ids=[*ids, "gid://shopify/InventoryItem/1"])

    assert [it["sku"] for it in data["nodes"][:-1]] == ["RUBY-6", "RUBY-7", "CHAIN", None]
    assert data["nodes"][-1] is None


async def test_a_bundles_stock_cannot_be_written(shop: Rehearsal) -> None:
    shop.shopify.market.bundle(shop.unit("CHAIN"))

    payload = await set_stock(shop, setting(shop, "CHAIN", 3))

    assert codes(payload) == ["NON_MUTABLE_INVENTORY_ITEM"]


@pytest.mark.parametrize(
    ("name", "document", "code"),
    [
        ("available", "gid://peg/count/1", "INVALID_AVAILABLE_DOCUMENT"),
        ("reserved", None, "INVALID_QUANTITY_DOCUMENT"),
        ("reserved", "no scheme", "INVALID_LEDGER_DOCUMENT"),
        ("on_hand", None, "INVALID_QUANTITY_NAME"),
    ],
)
async def test_adjusting_other_quantities_needs_a_document(
    shop: Rehearsal, name: str, document: str | None, code: str
) -> None:
    change = {
        "inventoryItemId": shop.item("CHAIN"),
        "locationId": shop.place(),
        "delta": 1,
        "changeFromQuantity": None,
        "ledgerDocumentUri": document,
    }
    given = {"name": name, "reason": "correction", "changes": [change]}

    data = await shop.data("InventoryAdjust", input=given, key="k1")

    assert code in codes(data["inventoryAdjustQuantities"])
