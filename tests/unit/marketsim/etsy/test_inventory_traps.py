import pytest
from tests.support.practice_etsy import (
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
