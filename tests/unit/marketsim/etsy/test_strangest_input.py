"""No input, however strange, breaks the practice shop: it is refused in Etsy's words."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.practice_etsy import API, SHOP, Fixture, let_in, open_etsy

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
KEYS = st.sampled_from(
    [
        "products",
        "offerings",
        "price",
        "quantity",
        "is_enabled",
        "readiness_state_id",
        "property_values",
        "property_id",
        "value_ids",
        "values",
        "sku",
        "price_on_property",
        "personalization_questions",
        "options",
        "question_type",
    ]
)
BODIES = st.recursive(
    LEAVES, lambda it: st.lists(it, max_size=3) | st.dictionaries(KEYS, it, max_size=5)
)
JSON = {"content-type": "application/json"}
PATHS = ("listings/{listing}/inventory", "shops/61234567/listings/{listing}/personalization")


def drawn_bodies() -> list[object]:
    """What hypothesis thinks of; the same in every run."""
    bodies: list[object] = []

    @settings(max_examples=150, database=None, derandomize=True)
    @given(BODIES)
    def collect(body: object) -> None:
        bodies.append(body)

    collect()
    return bodies


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


@pytest.mark.parametrize("path", PATHS)
async def test_any_json_body_is_answered(path: str, shop: Fixture) -> None:
    address = f"{API}/{path.format(listing=shop.listing_of('RING-1'))}"
    method = "PUT" if path.endswith("inventory") else "POST"
    strange = drawn_bodies()

    answers = [
        await shop.client.request(method, address, content=json.dumps(body), headers=JSON)
        for body in strange
    ]

    assert {answer.status_code for answer in answers} <= {200, 201, 400}
    assert len(answers) >= 100


@pytest.mark.parametrize("price", ["NaN", "Infinity", "1e400", "-0.0"])
async def test_a_price_that_is_no_price_is_refused(shop: Fixture, price: str) -> None:
    offering = f'{{"price": {price}, "quantity": 1, "is_enabled": true, "readiness_state_id": 1}}'
    body = f'{{"products": [{{"offerings": [{offering}]}}]}}'
    address = f"{API}/listings/{shop.listing_of('RING-1')}/inventory"

    answer = await shop.client.put(address, content=body, headers=JSON)

    assert answer.status_code == 400


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "9" * 30, "9" * 5_000, "٣"])
async def test_a_listing_number_that_is_none_is_refused(shop: Fixture, number: str) -> None:
    one = await shop.client.get(f"{API}/listings/{number}")
    many = await shop.client.get(f"{API}/listings/batch", params={"listing_ids": number})
    page = await shop.client.get(f"{SHOP}/listings", params={"limit": number})

    assert one.status_code in {400, 404}
    assert {many.status_code, page.status_code} == {400}
