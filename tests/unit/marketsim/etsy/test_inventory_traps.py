from typing import Any

import pytest
from tests.support.practice_etsy import (
    API,
    SHOP,
    Fixture,
    good,
    let_in,
    open_etsy,
    writable,
)


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def test_a_guessed_value_id_stores_another_value(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    guess = {"property_id": 54142602013, "value_ids": [4], "values": ["9"], "scale_id": 20}
    body["products"][0]["property_values"][1] = guess

    written = good(await shop.put(listing, body))
    shop.set_faults(guessed_value_id=0)
    refused = await shop.put(listing, body)

    assert written["products"][0]["property_values"][1]["values"] != ["9"]
    assert refused.status_code == 400


async def test_a_known_value_id_decides_against_the_text_beside_it(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    known = {"property_id": 54142602013, "value_ids": [1536], "values": ["9"], "scale_id": 20}
    body["products"][0]["property_values"][1] = known

    written = good(await shop.put(listing, body))

    assert written["products"][0]["property_values"][1]["values"] == ["6 1/2"]


async def test_a_write_may_answer_200_and_change_nothing(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    before = await shop.inventory(listing)
    body = writable(before)
    body["products"][0]["offerings"][0]["quantity"] = 1
    shop.set_faults(write_without_effect=1)

    answer = good(await shop.put(listing, body))
    unchanged = await shop.inventory(listing)
    shop.set_faults(write_without_effect=0)
    good(await shop.put(listing, body))

    assert answer["products"][0]["offerings"][0]["quantity"] == 1
    assert unchanged == before
    assert (await shop.inventory(listing))["products"][0]["offerings"][0]["quantity"] == 1


async def test_the_first_read_after_a_write_may_be_stale(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    before = await shop.inventory(listing)
    body = writable(before)
    body["products"][0]["offerings"][0]["quantity"] = 1
    shop.set_faults(stale_read=1)

    good(await shop.put(listing, body))

    assert await shop.inventory(listing) == before
    assert (await shop.inventory(listing))["products"][0]["offerings"][0]["quantity"] == 1


async def test_the_first_read_of_each_kind_after_a_sale_may_be_stale(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    shop.set_faults(stale_read=1)
    shop.etsy.market.buy(shop.unit_of("RING-1"))

    first, second = await every_view(shop, listing), await every_view(shop, listing)

    assert first == {
        "listing": ("active", 1),
        "batch": ("active", 1),
        "list": ("active", 1),
        "inventory": ("active", 1),
        "inventories": ("active", 1),
    }
    assert second == dict.fromkeys(first, ("sold_out", 0))


async def test_a_stale_row_of_a_list_stands_in_one_state_and_never_in_none(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    shop.set_faults(stale_read=1)
    shop.etsy.market.buy(shop.unit_of("RING-1"))

    gone = (await shop.get(f"{SHOP}/listings", state="sold_out"))["results"]
    first = (await shop.get(f"{SHOP}/listings", state="active"))["results"]
    second = (await shop.get(f"{SHOP}/listings", state="sold_out"))["results"]

    assert [row["listing_id"] for row in gone] == []
    assert listing in [row["listing_id"] for row in first]
    assert [row["listing_id"] for row in second] == [listing]


async def test_nothing_is_stale_for_longer_than_the_portal_says(shop: Fixture) -> None:
    shop.set_faults(stale_read=1)
    shop.etsy.market.buy(shop.unit_of("RING-1"))
    shop.clock.advance(5)

    views = await every_view(shop, shop.listing_of("RING-1"))

    assert set(views.values()) == {("sold_out", 0)}


async def every_view(shop: Fixture, listing: int) -> dict[str, tuple[str, int]]:
    """State and quantity of a listing of one product, as each kind of read shows them."""
    one = f"{API}/listings/{listing}"
    states = [await shop.get(f"{SHOP}/listings", state=it) for it in ("active", "sold_out")]
    rows = {
        "listing": await shop.get(one),
        "batch": (await shop.get(f"{API}/listings/batch", listing_ids=listing))["results"][0],
        "list": next(
            row for page in states for row in page["results"] if row["listing_id"] == listing
        ),
    }
    inventory = await shop.get(f"{one}/inventory", includes="Listing")
    batch = await shop.get(f"{API}/listings/batch/inventory", listing_ids=listing)
    (row,) = batch["results"]
    return {kind: (row["state"], row["quantity"]) for kind, row in rows.items()} | {
        "inventory": (inventory["listing"]["state"], _quantity(inventory)),
        "inventories": (row["state"], _quantity(row["inventory"])),
    }


def _quantity(inventory: dict[str, Any]) -> int:
    (product,) = inventory["products"]
    return int(product["offerings"][0]["quantity"])
