"""The judge of Shopify's answers finds what is wrong with them."""

from typing import Any

import pytest
from tests.support.shopify_schema import validate_operation, validate_response

RING = """
query Ring($id: ID!, $skus: Boolean = true) {
  item: inventoryItem(id: $id) { id tracked sku @include(if: $skus) updatedAt }
  node(id: $id) { id ... on Product { title status } }
}
"""
ITEM = {
    "id": "gid://shopify/InventoryItem/1",
    "tracked": True,
    "sku": None,
    "updatedAt": "2026-11-23T12:00:00Z",
}
PRODUCT = {"id": "gid://shopify/Product/2", "title": "Ring", "status": "ACTIVE"}
LEFT = {"maximumAvailable": 2_000, "currentlyAvailable": 1_998, "restoreRate": 100}
COST = {"requestedQueryCost": 2, "actualQueryCost": 2, "throttleStatus": LEFT}
THROTTLED = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}


def faults(item: Any, node: Any = None, **rest: Any) -> list[str]:
    answer = {"data": {"item": item, "node": node}, "extensions": {"cost": COST}}
    return validate_response(RING, {"id": "gid://shopify/InventoryItem/1"}, answer | rest)


def test_a_right_answer_passes() -> None:
    assert validate_operation(RING) == []
    assert faults(ITEM, PRODUCT) == []
    assert faults(None, {"id": "gid://shopify/Order/3"}) == []


def test_a_document_that_the_schema_does_not_know_is_refused() -> None:
    assert validate_operation("{ inventoryItem(id: 1) { colour } }")
    assert validate_operation("{ shop {")


@pytest.mark.parametrize(
    "wrong",
    [
        {"tracked": None},
        {"tracked": "yes"},
        {"id": 17},
        {"id": "17"},
        {"updatedAt": "2026-11-23 12:00"},
        {"updatedAt": "2026-11-23T13:00:00+01:00"},
        {"colour": "green"},
    ],
    ids=str,
)
def test_a_wrong_value_is_found(wrong: dict[str, Any]) -> None:
    assert len(faults(ITEM | wrong)) == 1


def test_a_missing_field_is_found() -> None:
    assert faults({"id": "gid://shopify/InventoryItem/1", "tracked": True, "sku": None}) == [
        "data.item.updatedAt is missing"
    ]


def test_a_value_that_an_enum_does_not_have_is_found() -> None:
    assert faults(ITEM, PRODUCT | {"status": "SOLD"})


def test_an_answer_without_data_must_say_why() -> None:
    assert validate_response(RING, {}, {"data": None})
    assert validate_response(RING, {}, {"errors": [THROTTLED]}) == []
    assert validate_response(RING, {}, {"errors": []})
    assert validate_response(RING, {}, {"errors": [{"code": "THROTTLED"}]})
    assert validate_response(RING, {}, {"errors": [{"message": "Throttled"}]})


@pytest.mark.parametrize(
    "extensions",
    [
        {},
        {"cost": COST, "trace": 1},
        {"cost": COST | {"actualQueryCost": "2"}},
        {"cost": {**COST, "throttleStatus": {**LEFT, "restoreRate": None}}},
        {"cost": COST, "search": [{"path": ["orders"], "query": "a:1", "warnings": []}]},
    ],
    ids=["nothing", "stranger", "a text", "no rate", "no parse"],
)
def test_what_stands_around_the_data_is_judged_too(extensions: dict[str, Any]) -> None:
    assert faults(ITEM, cost=1)
    assert faults(ITEM, extensions=extensions)


def test_variables_that_do_not_fit_are_found() -> None:
    answer = {"data": {"item": None, "node": None}, "extensions": {"cost": COST}}

    assert validate_response(RING, {"id": "gid://shopify/InventoryItem/1"}, answer) == []
    assert validate_response(RING, {"id": None}, answer)
