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
ITEM = {"id": "gid://1", "tracked": True, "sku": None, "updatedAt": "2026-11-23T12:00:00Z"}
PRODUCT = {"id": "gid://2", "title": "Ring", "status": "ACTIVE"}


def faults(item: Any, node: Any = None, **rest: Any) -> list[str]:
    return validate_response(RING, {"id": "gid://1"}, {"data": {"item": item, "node": node}} | rest)


def test_a_right_answer_passes() -> None:
    assert validate_operation(RING) == []
    assert faults(ITEM, PRODUCT) == []
    assert faults(None, {"id": "gid://3"}) == []


def test_a_document_that_the_schema_does_not_know_is_refused() -> None:
    assert validate_operation("{ inventoryItem(id: 1) { colour } }")
    assert validate_operation("{ shop {")


@pytest.mark.parametrize(
    "wrong",
    [
        {"tracked": None},
        {"tracked": "yes"},
        {"id": 17},
        {"updatedAt": "2026-11-23 12:00"},
        {"updatedAt": "2026-11-23T13:00:00+01:00"},
        {"colour": "green"},
    ],
    ids=str,
)
def test_a_wrong_value_is_found(wrong: dict[str, Any]) -> None:
    assert len(faults(ITEM | wrong)) == 1


def test_a_missing_field_is_found() -> None:
    assert faults({"id": "gid://1", "tracked": True, "sku": None}) == [
        "data.item.updatedAt is missing"
    ]


def test_a_value_that_an_enum_does_not_have_is_found() -> None:
    assert faults(ITEM, PRODUCT | {"status": "SOLD"})


def test_an_answer_without_data_must_say_why() -> None:
    assert validate_response(RING, {}, {"data": None})
    assert validate_response(RING, {}, {"errors": [{"message": "Throttled"}]}) == []
    assert validate_response(RING, {}, {"errors": [{"code": "THROTTLED"}]})
    assert faults(ITEM, cost=1)


def test_variables_that_do_not_fit_are_found() -> None:
    assert validate_response(RING, {"id": None}, {"data": {"item": None, "node": None}})
