"""Each trap of the real Etsy can be switched off, and then the opposite is seen."""

import asyncio

import pytest
from tests.support.practice_etsy import API, URL, Fixture, good, let_in, open_etsy, writable

from marketsim.catalogue import draw_catalogue
from marketsim.etsy import FAULTS
from marketsim.etsy.traps import UNLIKE_THE_CONTRACT


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def test_products_left_out_of_a_write_can_stay(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    body["products"] = body["products"][:1]
    shop.set_faults(partial_put_drops=0)

    written = good(await shop.put(listing, body))

    assert [it["sku"] for it in written["products"]] == ["RING-2-A", "RING-2-B"]


async def test_what_get_adds_can_be_let_through(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    body = writable(await shop.inventory(listing))
    body["products"][0]["product_id"] = 5

    refused = await shop.put(listing, body)
    shop.set_faults(read_fields_refused=0)
    allowed = await shop.put(listing, body)

    assert (refused.status_code, allowed.status_code) == (400, 200)


@pytest.mark.parametrize("rate", [1, 0], ids=["on", "off"])
async def test_what_concerns_tokens_is_refused_in_oauths_shape_or_in_the_usual_one(
    shop: Fixture, rate: float
) -> None:
    shop.set_faults(oauth_errors=rate)
    stranger = {"authorization": "Bearer 1.nobody"}

    refreshed = await shop.client.post(f"{URL}/v3/public/oauth/token", data={"grant_type": "x"})
    asked = await shop.client.get(f"{API}/users/me", headers=stranger)

    shape = {"error", "error_description"} if rate else {"error"}
    assert [answer.json().keys() for answer in (refreshed, asked)] == [shape, shape]
    assert rate or asked.json()["error"].startswith("invalid_token: ")


async def test_changes_of_quantity_can_be_told(shop: Fixture) -> None:
    good(await shop.client.post("/_portal/webhooks", json={"url": "https://peg.test/hook"}))
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    body["products"][0]["offerings"][0]["quantity"] = 2
    shop.set_faults(quantity_is_silent=0)

    good(await shop.put(listing, body))
    for _ in range(20):
        await asyncio.sleep(0)

    assert [b"inventory.updated" in letter.content for letter in shop.letters] == [True]


async def test_the_first_read_after_a_write_can_be_true(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    body["products"][0]["offerings"][0]["quantity"] = 1
    shop.set_faults(stale_read=0)

    good(await shop.put(listing, body))

    assert (await shop.inventory(listing))["products"][0]["offerings"][0]["quantity"] == 1


async def test_a_second_write_after_a_lost_sale_is_no_second_loss(shop: Fixture) -> None:
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    shop.etsy.market.buy(shop.unit_of("RING-2-A"))
    good(await shop.put(listing, body))
    body["products"][0]["offerings"][0]["quantity"] = 9

    good(await shop.put(listing, body))

    assert len(shop.etsy.market.truth()["overwrote_sale"]) == 1


async def test_limits_and_lag_are_set_in_the_portal(shop: Fixture) -> None:
    wider = {"per_second": 150, "per_day": 100_000, "receipt_lag_s_max": 60.0}

    now = good(await shop.client.put("/_portal/settings", json=wider))
    answer = await shop.client.get(f"{API}/openapi-ping")
    unknown = await shop.client.put("/_portal/settings", json={"per_minute": 1})

    assert now == wider | {"receipt_lag_s_min": 0.5, "stale_s": 5.0, "exhausted_s": 86_400.0}
    assert good(await shop.client.get("/_portal/settings")) == now
    assert answer.headers["x-limit-per-second"] == "150"
    assert unknown.status_code == 400


async def test_the_same_seed_tells_the_same_story() -> None:
    stories = []
    for _ in range(2):
        shop = open_etsy(draw_catalogue(5, pieces=40), seed=5, chance=True)
        market = shop.etsy.market
        for offered in market.offered()[:10]:
            market.pay(market.buy(offered.unit))
        stories.append(market.truth())

    assert stories[0] == stories[1]


def test_every_fault_has_its_name_and_its_sentence() -> None:
    assert all(name.startswith("etsy.") and fault.about for name, fault in FAULTS.items())
    assert set(FAULTS) >= UNLIKE_THE_CONTRACT
