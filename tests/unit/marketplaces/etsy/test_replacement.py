"""A whole inventory is replaced while only our quantities change."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.etsy_shapes import METAL, SIZE, inventory, product, ring_in_sizes, value

from peg.marketplaces.etsy.replacement import prove, quantities, replacement, settled
from peg.marketplaces.port import UnexpectedAnswer


def test_only_the_quantity_asked_for_differs_in_what_is_sent() -> None:
    sent = json.loads(replacement(ring_in_sizes(), {"Ring size=7": 3}))

    assert [one["offerings"][0]["quantity"] for one in sent["products"]] == [2, 1, 3]
    assert sent["products"][1] == {
        "sku": "RING-65",
        "offerings": [
            {"quantity": 1, "is_enabled": True, "price": 123.45, "readiness_state_id": 77}
        ],
        "property_values": [
            {
                "property_id": SIZE,
                "property_name": "Ring size",
                "scale_id": None,
                "value_ids": [SIZE * 1000 + 5],
                "values": ["6 1/2"],
            }
        ],
    }
    assert sent["quantity_on_property"] == [SIZE]
    assert "listing" not in sent


def test_a_deleted_product_does_not_come_back_to_life() -> None:
    stock = inventory(product(1, quantity=1), product(2) | {"is_deleted": True})

    assert len(json.loads(replacement(stock, {"": 2}))["products"]) == 1


@given(amount=st.integers(1, 4_999_999), divisor=st.sampled_from([1, 100, 1000]))
def test_every_price_is_sent_back_as_the_very_number_it_was(amount: int, divisor: int) -> None:
    stock = inventory(product(1, amount=amount))
    stock["products"][0]["offerings"][0]["price"]["divisor"] = divisor

    sent = replacement(stock, {"": 5})  # its own proof compares exact decimals

    price = json.loads(sent)["products"][0]["offerings"][0]["price"]
    assert round(price * divisor) == amount


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [at, *(deeper for k, v in pairs for deeper in places(v, (*at, k)))]
    return [at]


def spoil(body: Any, at: tuple[Any, ...], *, drop: bool) -> None:
    *way, last = at
    for step in way:
        body = body[step]
    if drop:
        del body[last]
    else:
        body[last] = "spoiled"


@pytest.mark.parametrize("drop", [True, False])
def test_the_proof_notices_any_other_change_wherever_it_is(drop: bool) -> None:  # noqa: FBT001 - pytest gives it
    stock, wanted = ring_in_sizes(), {"Ring size=7": 3}
    good = replacement(stock, wanted)
    everywhere = places(json.loads(good))[1:]

    for at in everywhere:
        body = json.loads(good)
        spoil(body, at, drop=drop)
        with pytest.raises(UnexpectedAnswer, match="nothing was sent"):
            prove(stock, json.dumps(body).encode(), wanted)
    assert len(everywhere) > 50


@pytest.mark.parametrize(
    "at",
    [
        ("products", 0, "sku"),
        ("products", 0, "property_values"),
        ("products", 0, "property_values", 0, "values"),
        ("products", 0, "property_values", 0, "scale_id"),
        ("products", 0, "offerings", 0, "readiness_state_id"),
        ("products", 0, "offerings", 0, "is_enabled"),
        ("products", 0, "offerings", 0, "price", "divisor"),
        ("quantity_on_property",),
        ("readiness_state_on_property",),
    ],
)
def test_a_field_gone_overnight_stops_the_write(at: tuple[Any, ...]) -> None:
    stock = ring_in_sizes()
    spoil(stock, at, drop=True)

    with pytest.raises(UnexpectedAnswer):
        replacement(stock, {"Ring size=7": 3})


def test_a_field_that_is_new_is_sent_back_and_not_dropped() -> None:
    stock = ring_in_sizes()
    stock["products"][0]["offerings"][0]["lead_time"] = 4

    sent = json.loads(replacement(stock, {"Ring size=7": 3}))

    assert sent["products"][0]["offerings"][0]["lead_time"] == 4


def test_products_for_which_etsy_keeps_one_figure_get_the_lowest() -> None:
    shared = inventory(
        product(1, value(SIZE, "Ring size", "6"), value(METAL, "Metal", "Gold"), quantity=3),
        product(2, value(SIZE, "Ring size", "7"), value(METAL, "Metal", "Gold"), quantity=3),
        product(3, value(SIZE, "Ring size", "6"), value(METAL, "Metal", "Silver"), quantity=5),
        quantity_on=(METAL,),
    )

    wanted = settled(shared, {"Metal=Gold|Ring size=6": 2, "Metal=Gold|Ring size=7": 1})

    assert wanted == {"Metal=Gold|Ring size=6": 1, "Metal=Gold|Ring size=7": 1}
    assert settled(shared, {"Metal=Gold|Ring size=6": 2})["Metal=Gold|Ring size=7"] == 2


def test_products_with_one_sku_get_one_figure() -> None:
    shared = inventory(
        product(1, value(SIZE, "Ring size", "6"), sku="RING", quantity=3),
        product(2, value(SIZE, "Ring size", "7"), sku="RING", quantity=3),
        quantity_on=(SIZE,),
    )

    assert settled(shared, {"Ring size=6": 2}) == {"Ring size=6": 2, "Ring size=7": 2}


@pytest.mark.parametrize(
    ("asked", "set_to"),
    [
        ({"Ring size=8": 2}, {"Ring size=6": 3, "Ring size=7": 3, "Ring size=8": 2}),
        ({"Ring size=6": 9}, {"Ring size=6": 5, "Ring size=7": 5}),
        ({"Ring size=6": 9, "Ring size=7": 4}, {"Ring size=6": 4, "Ring size=7": 4}),
    ],
    ids=["another is lowered", "one is raised", "both change"],
)
def test_figures_typed_apart_for_one_sku_come_down_to_the_lower(
    asked: dict[str, int], set_to: dict[str, int]
) -> None:
    """Etsy would refuse the whole inventory, and a sold piece stay on sale."""
    typed = inventory(
        product(1, value(SIZE, "Ring size", "6"), sku="RING", quantity=3),
        product(2, value(SIZE, "Ring size", "7"), sku="RING", quantity=5),
        product(3, value(SIZE, "Ring size", "8"), sku="RING-8", quantity=3),
        quantity_on=(SIZE,),
    )

    assert settled(typed, asked) == set_to


def test_one_sku_says_nothing_where_all_products_have_one_figure_anyway() -> None:
    typed = inventory(product(1, sku="RING", quantity=3))

    assert settled(typed, {"": 2}) == {"": 2}


def test_products_with_figures_of_their_own_keep_them() -> None:
    stock = ring_in_sizes()

    assert settled(stock, {"Ring size=6": 0}) == {"Ring size=6": 0}
    assert quantities(stock) == {"Ring size=6": 2, "Ring size=6 1/2": 1, "Ring size=7": 4}
