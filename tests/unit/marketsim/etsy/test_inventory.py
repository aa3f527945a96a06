import copy
from typing import Any

import pytest
from tests.support.practice_etsy import (
    API,
    SMALL,
    Fixture,
    catalogue,
    good,
    let_in,
    open_etsy,
    typed,
    unit,
    writable,
)

from marketsim.market import OfferChanged


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


def ids(inventory: dict[str, Any]) -> set[int]:
    return {
        number
        for product in inventory["products"]
        for number in (
            product["product_id"],
            product["offerings"][0]["offering_id"],
            *(i for value in product["property_values"] for i in value["value_ids"]),
        )
    }


async def test_what_get_gives_is_refused_by_put_until_it_is_stripped(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    read = await shop.inventory(listing)

    with_money = await shop.put(listing, read)
    read_priced = copy.deepcopy(read)
    for product in read_priced["products"]:
        product["offerings"][0]["price"] = 1.5
    as_read = await shop.put(listing, read_priced)
    stripped = await shop.put(listing, writable(read))

    assert (with_money.status_code, as_read.status_code, stripped.status_code) == (400, 400, 200)
    for name in ("product_id", "offering_id", "scale_name", "is_deleted"):
        assert name in as_read.json()["error"]


async def test_a_write_changes_every_id_but_no_unit_and_no_sku(shop: Fixture) -> None:
    listing, unit_before = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    before = await shop.inventory(listing)

    written = good(await shop.put(listing, writable(before)))
    again = await shop.inventory(listing)

    assert ids(written) == ids(again)
    assert not ids(before) & ids(again)
    assert (
        writable(before)["products"][0]["offerings"] == writable(again)["products"][0]["offerings"]
    )
    assert shop.unit_of("RING-2-A") == unit_before


async def test_ids_stay_when_that_trap_is_off(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    shop.set_faults(ids_change=0)
    before = await shop.inventory(listing)

    written = good(await shop.put(listing, writable(before)))

    assert ids(written) == ids(before)


async def test_an_inventory_without_any_piece_is_refused(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    body = writable(await shop.inventory(listing))
    body["products"][0]["offerings"][0]["quantity"] = 0

    refused = await shop.put(listing, body)
    shop.set_faults(all_zero_refused=0)
    allowed = await shop.put(listing, body)

    assert refused.status_code == 400
    assert refused.json() == {"error": "One offering must have quantity greater than 0"}
    assert allowed.status_code == 200
    assert shop.etsy.market.buyable(shop.unit_of("RING-1")) == 0


async def test_what_a_write_leaves_out_is_gone(shop: Fixture) -> None:
    listing, dropped = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    body["products"] = body["products"][1:]
    body["products"][0]["offerings"][0]["quantity"] = 3

    written = good(await shop.put(listing, body))

    assert [p["sku"] for p in written["products"]] == ["RING-2-B"]
    assert shop.etsy.market.buyable(dropped) == 0
    told = [(it.unit, it.buyable) for it in shop.heard if isinstance(it, OfferChanged)]
    assert told == [(dropped, 0), (shop.unit_of("RING-2-B"), 3)]


async def test_a_write_that_puts_a_sold_piece_back_is_noted(shop: Fixture) -> None:
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    shop.etsy.market.buy(sold, 3)

    good(await shop.put(listing, body))

    (case,) = shop.etsy.market.truth()["overwrote_sale"]
    assert case["unit"] == sold
    assert (case["sold"], case["quantity_before"], case["quantity_after"]) == (3, 1, 4)
    assert shop.etsy.market.buyable(sold) == 4  # nothing asks: the sale is lost


async def test_a_write_that_knew_of_the_sale_is_not_noted(shop: Fixture) -> None:
    listing, sold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    shop.etsy.market.buy(sold, 3)
    body = writable(await shop.inventory(listing))
    body["products"][0]["offerings"][0]["quantity"] = 4

    good(await shop.put(listing, body))

    assert shop.etsy.market.truth()["overwrote_sale"] == []


def _set(body: dict[str, Any], where: str, value: Any) -> None:
    *path, last = (int(part) if part.isdecimal() else part for part in where.split("/"))
    place: Any = body
    for part in path:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value


OFFERING = "products/0/offerings/0"
VALUE = "products/0/property_values/0"


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (f"{OFFERING}/price", 0.19, "Price"),
        (f"{OFFERING}/price", 50_000, "Price"),
        (f"{OFFERING}/price", 12.345, "decimals"),
        (f"{OFFERING}/quantity", 1_000, "Quantity"),
        (f"{OFFERING}/quantity", -1, "Quantity"),
        (f"{OFFERING}/readiness_state_id", 7, "readiness_state_id"),
        (f"{OFFERING}/readiness_state_id", None, "readiness_state_id"),
        ("products/0/sku", "x" * 33, "SKU"),
        ("products/1/sku", "RING-2-A", "same SKU"),
        ("price_on_property", [], "price_on_property"),
        ("quantity_on_property", [], "quantity_on_property"),
        ("sku_on_property", [], "sku_on_property"),
        ("price_on_property", [999], "price_on_property"),
        (f"{VALUE}/property_id", 999, "cannot be used"),
        (f"{VALUE}/values", ["Gold (14k)"], "Not a valid value"),
        ("products/0/property_values", [], "same properties"),
    ],
)
async def test_an_inventory_keeps_etsy_s_rules(
    shop: Fixture, where: str, value: Any, said: str
) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    _set(body, where, value)

    answer = await shop.put(listing, body)

    assert answer.status_code == 400
    assert said in answer.json()["error"]


@pytest.mark.parametrize(
    ("where", "value", "path"),
    [
        ("products", [], "products"),
        ("products/0/offerings", [], "products.0.offerings"),
        (f"{OFFERING}/price", "12.30", "products.0.offerings.0.price"),
        (f"{OFFERING}/price", {"amount": 1, "divisor": 100}, "products.0.offerings.0.price"),
        (f"{OFFERING}/quantity", 1.5, "products.0.offerings.0.quantity"),
        (f"{OFFERING}/quantity", True, "products.0.offerings.0.quantity"),
        (f"{OFFERING}/is_enabled", ..., "products.0.offerings.0.is_enabled"),
        (f"{OFFERING}/readiness_state_id", ..., "products.0.offerings.0.readiness_state_id"),
        (f"{VALUE}/value_ids", ..., "products.0.property_values.0.value_ids"),
        ("price_on_property", "none", "price_on_property"),
    ],
)
async def test_a_body_of_the_wrong_shape_is_answered_by_a_list(
    shop: Fixture, where: str, value: Any, path: str
) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    _set(body, where, value)

    listed = await shop.put(listing, body)
    shop.set_faults(listed_errors=0)
    sentence = await shop.put(listing, body)

    assert (listed.status_code, sentence.status_code) == (400, 400)
    assert [set(problem) for problem in listed.json()] == [{"path", "type", "message"}]
    assert listed.json()[0]["path"] == path
    assert path in sentence.json()["error"]


async def test_a_third_variation_must_be_announced(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    for product in body["products"]:
        product["property_values"].append(
            {"property_id": 200, "value_ids": [], "values": ["Blue"], "property_name": "Color"}
        )

    two = await shop.put(listing, body)
    three = await shop.client.put(
        f"{API}/listings/{listing}/inventory", json=body, params={"max_variations_supported": "3"}
    )

    assert (two.status_code, three.status_code) == (400, 200)
    assert shop.etsy.market.buyable(shop.unit_of("RING-2-A")) == 4


async def test_products_without_their_own_quantity_share_one(shop: Fixture) -> None:
    listing, gold = shop.listing_of("RING-2-A"), shop.unit_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    body["quantity_on_property"] = []
    for product in body["products"]:
        product["offerings"][0]["quantity"] = 2
    good(await shop.put(listing, body))

    shop.etsy.market.buy(gold)

    assert shop.etsy.market.buyable(shop.unit_of("RING-2-B")) == 1
    assert (await shop.get(f"{API}/listings/{listing}"))["quantity"] == 1


async def test_ten_thousand_listings_are_paged_through(shop: Fixture) -> None:
    many = catalogue(
        *SMALL.listings,
        *(typed(f"Ring {n}", unit(10 + n, sku=f"S{n}", stock=1)) for n in range(9_997)),
    )
    shop = await let_in(open_etsy(many))
    path = f"{API}/shops/61234567/listings"

    pages = [
        await shop.get(path, limit=100, offset=offset, includes="Inventory")
        for offset in (0, 4_950, 9_900)
    ]

    assert {page["count"] for page in pages} == {10_000}
    assert [len(page["results"]) for page in pages] == [100, 100, 100]
