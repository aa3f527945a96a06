"""The judge of Etsy's exchanges finds what is wrong with them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.support.etsy_oas import etsy_contract, mended
from tests.support.exchanges import Exchange

TOLD = {
    "content-type": "application/json",
    "x-limit-per-second": "10",
    "x-remaining-this-second": "9",
    "x-limit-per-day": "10000",
    "x-remaining-today": "9999",
}
KEYS = {"x-api-key": "key:secret", "authorization": "Bearer 1.token"}
OFFERING = {"price": 12.5, "quantity": 1, "is_enabled": True, "readiness_state_id": 7}
PROPERTY = {"property_id": 100, "value_ids": [1], "values": ["7 1/2"], "property_name": "Size"}
BODY = {"products": [{"sku": "R", "property_values": [PROPERTY], "offerings": [OFFERING]}]}
PRODUCT = {
    "product_id": 5,
    "sku": "R",
    "is_deleted": False,
    "property_values": [{**PROPERTY, "scale_id": None, "scale_name": None}],
    "offerings": [
        {
            "offering_id": 9,
            "quantity": 1,
            "is_enabled": True,
            "is_deleted": False,
            "price": {"amount": 1250, "divisor": 100, "currency_code": "USD"},
            "readiness_state_id": 7,
        }
    ],
}
INVENTORY = {
    "products": [PRODUCT],
    "price_on_property": [],
    "quantity_on_property": [],
    "sku_on_property": [],
    "readiness_state_on_property": [],
}


def put(body: Any = BODY, answer: Any = INVENTORY, status: int = 200, **change: Any) -> list[str]:
    exchange = Exchange(
        method="PUT",
        path="/v3/application/listings/17/inventory",
        query="",
        headers={**KEYS, "content-type": "application/json"},
        body=json.dumps(body).encode(),
        status=status,
        answer_headers=TOLD,
        answer=json.dumps(answer).encode(),
    )
    return etsy_contract()(replace(exchange, **change))


def batch(query: str) -> list[str]:
    path, answer = "/v3/application/listings/batch", b'{"count": 0, "results": []}'
    return etsy_contract()(Exchange("GET", path, query, KEYS, b"", 200, TOLD, answer))


def test_a_right_exchange_passes() -> None:
    assert put() == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"body": {"products": [{**PRODUCT}]}}, "product_id"),
        ({"body": {}}, "products"),
        ({"answer": {**INVENTORY, "etag": "x"}}, "etag"),
        ({"answer": {"products": [{**PRODUCT, "product_id": "5"}]}}, "product_id"),
        ({"headers": {**KEYS, "content-type": "text/plain"}}, "content type"),
        ({"headers": {"content-type": "application/json"}}, "x-api-key"),
        ({"query": "force=true"}, "force"),
        ({"query": "max_variations_supported=4"}, "max_variations_supported"),
        ({"status": 202}, "never answers 202"),
        ({"status": 400, "answer": {"fault": "x"}}, "the error says"),
        ({"method": "POST"}, "no such operation"),
        ({"answer_headers": {**TOLD, "x-remaining-today": "many"}}, "x-remaining-today"),
        ({"answer_headers": {**TOLD, "content-type": "text/html"}}, "content-type"),
        ({"answer_headers": {}}, "x-limit-per-second"),
        ({"answer": {"products": []}}, "required"),
        ({"status": 429, "answer": {"error": "Exceeded daily rate limit"}}, "retry-after"),
    ],
    ids=lambda found: str(found)[:40],
)
def test_a_wrong_exchange_is_found(wrong: dict[str, Any], named: str) -> None:
    faults = put(**wrong)

    assert any(named in fault for fault in faults), faults


def test_every_shape_of_error_that_etsy_shows_passes() -> None:
    later = TOLD | {"retry-after": "86400"}
    full = {"error": "Exceeded daily rate limit"}

    assert put(status=429, answer=full, answer_headers=later) == []
    assert put(status=400, answer=[{"path": "title", "type": "x", "message": "no"}]) == []
    assert put(status=401, answer={"error": "invalid_token", "error_description": "old"}) == []


def test_lists_in_a_query_are_read_with_commas_or_repeated() -> None:
    assert batch("listing_ids=1,2") == []
    assert batch("listing_ids=1&listing_ids=2") == []
    assert batch("listing_ids=x") == ["parameter listing_ids[0]: 'x' is not of type 'integer'"]
    assert batch("") == ["parameter listing_ids is missing"]


def test_what_the_document_gets_wrong_is_mended() -> None:
    given = {
        "a": {"type": "integer", "default": None},
        "b": {"type": "string", "nullable": True, "enum": ["x"]},
        "c": {"nullable": True, "oneOf": [{"$ref": "#/x"}]},
    }

    assert mended(given) == {
        "a": {"type": "integer"},
        "b": {"type": "string", "nullable": True, "enum": ["x", None]},
        "c": {"nullable": True, "anyOf": [{"$ref": "#/x"}, {"enum": [None]}]},
    }
