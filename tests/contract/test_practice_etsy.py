"""What the practice Etsy says is what Etsy's OpenAPI document allows."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.support.etsy_oas import etsy_contract
from tests.support.practice_etsy import API, SHOP, Fixture, good, let_in, open_etsy, writable
from tests.support.webhook_schemas import etsy_webhook_faults

from marketsim.etsy.operations import ALL
from marketsim.market import OrderId

HOOK = "http://127.0.0.1:9/hook"
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(64)
YEAR = {"min_created": 1_760_000_000, "max_created": 1_800_000_000}


@pytest.fixture
async def shop() -> AsyncIterator[Fixture]:
    """Whatever passes here is judged at the end."""
    made = await let_in(open_etsy())
    yield made
    told = [fault for letter in made.letters for fault in etsy_webhook_faults(letter.content)]
    assert [*made.overheard.faults(etsy_contract()), *told] == []


async def post(shop: Fixture, path: str, **body: Any) -> Any:
    return good(await shop.client.post(path, **body))


async def test_the_shop_and_its_profiles_are_told_as_published(shop: Fixture) -> None:
    await shop.get(f"{API}/openapi-ping")
    await shop.get(f"{API}/users/me")
    await shop.get(SHOP)
    token = shop.client.headers["authorization"].removeprefix("Bearer ")
    await post(shop, f"{API}/scopes", data={"token": token})
    parcel = {"title": "Parcel", "origin_country_iso": "US", "destination_country_iso": "US"}
    cost = {"primary_cost": "5.00", "secondary_cost": "1.00", "min_delivery_days": "2"}
    await post(shop, f"{SHOP}/shipping-profiles", data={**parcel, **cost, "max_delivery_days": "5"})
    ready = {"min_processing_time": "7", "max_processing_time": "9"}
    await post(
        shop,
        f"{SHOP}/readiness-state-definitions",
        data={**ready, "readiness_state": "made_to_order"},
    )
    await post(shop, f"{SHOP}/sections", data={"title": "Rings"})
    for place in (
        "shipping-profiles",
        "readiness-state-definitions",
        "policies/return",
        "sections",
    ):
        page = await shop.get(f"{SHOP}/{place}")
        assert page["count"] == len(page["results"]) > 0


async def test_the_taxonomy_is_told_as_published(shop: Fixture) -> None:
    nodes = (await shop.get(f"{API}/seller-taxonomy/nodes"))["results"]
    leaf = nodes[0]
    while leaf["children"]:
        leaf = leaf["children"][0]

    properties = await shop.get(f"{API}/seller-taxonomy/nodes/{leaf['id']}/properties")

    assert properties["count"] == len(properties["results"])


async def test_listings_are_read_as_published(shop: Fixture) -> None:
    listing = shop.listing_of("RING-1")
    ids = f"{listing},{shop.listing_of('RING-2-A')}"

    for state in ("active", "inactive", "sold_out", "draft", "expired"):
        await shop.get(f"{SHOP}/listings", state=state)
    await shop.get(f"{SHOP}/listings", includes="Inventory,Images,Shop", limit=2, offset=1)
    await shop.get(f"{API}/listings/batch", listing_ids=ids, includes="Images")
    await shop.get(f"{API}/listings/batch/inventory", listing_ids=ids)
    await shop.get(f"{API}/listings/{listing}", includes="Images,Shop")
    await shop.get(f"{API}/listings/{listing}/inventory", includes="Listing")
    assert (await shop.client.get(f"{API}/listings/77")).status_code == 404


async def test_a_listing_is_made_shown_changed_and_deleted_as_published(shop: Fixture) -> None:
    parcel = (await shop.get(f"{SHOP}/shipping-profiles"))["results"][0]["shipping_profile_id"]
    ready = (await shop.get(f"{SHOP}/readiness-state-definitions"))["results"][0]
    policy = (await shop.get(f"{SHOP}/policies/return"))["results"][0]["return_policy_id"]
    taxonomy = (await shop.get(f"{SHOP}/listings"))["results"][0]["taxonomy_id"]
    form = {
        "quantity": "1",
        "title": "Opal ring",
        "description": "A ring.",
        "price": "120.00",
        "who_made": "i_did",
        "when_made": "made_to_order",
        "taxonomy_id": str(taxonomy),
        "shipping_profile_id": str(parcel),
        "return_policy_id": str(policy),
        "readiness_state_id": str(ready["readiness_state_id"]),
        "tags": "opal,ring",
    }

    listing = (await post(shop, f"{SHOP}/listings", data=form))["listing_id"]
    place = f"{SHOP}/listings/{listing}"
    await post(shop, f"{place}/images", files={"image": ("a.png", PIXEL, "image/png")})
    question = {"question_text": "Engraving", "question_type": "text_input", "required": False}
    asked = {"personalization_questions": [{**question, "max_allowed_characters": 20}]}
    await post(shop, f"{place}/personalization", json=asked)
    (known, *_) = (await shop.get(f"{API}/seller-taxonomy/nodes/{taxonomy}/properties"))["results"]
    value = {"value_ids": str(known["possible_values"][0]["value_id"]), "values": "x"}
    good(await shop.client.put(f"{place}/properties/{known['property_id']}", data=value))
    for change in ({"state": "active"}, {"title": "Opal ring, small"}, {"state": "inactive"}):
        good(await shop.patch(listing, **change))
    inventory = await shop.inventory(listing)
    good(await shop.put(listing, writable(inventory)))
    good(await shop.client.delete(f"{API}/listings/{listing}"))
    assert (await shop.client.get(f"{API}/listings/{listing}")).status_code == 404


async def test_receipts_payments_and_notices_are_told_as_published(shop: Fixture) -> None:
    await post(shop, "/_portal/webhooks", json={"url": HOOK})
    market = shop.etsy.market
    shipped, cancelled = market.buy(shop.unit_of("RING-2-A")), market.buy(shop.unit_of("RING-1"))
    market.pay(shipped)
    market.pay(cancelled)
    market.cancel(cancelled, restock=True)
    market.refund(shipped, quantity=1, restock="no_restock")
    await later(shop)

    tracking = {"tracking_code": "1Z", "carrier_name": "ups"}
    await post(shop, f"{SHOP}/receipts/{number(shipped)}/tracking", json=tracking)
    await later(shop)

    for was_canceled in ("true", "false"):
        page = await shop.get(f"{SHOP}/receipts", was_canceled=was_canceled, limit=100)
        assert page["count"] == 1
    for order in (shipped, cancelled):
        await shop.get(f"{SHOP}/receipts/{number(order)}")
        await shop.get(f"{SHOP}/receipts/{number(order)}/payments")
    listing = shop.listing_of("RING-1")
    await shop.get(f"{SHOP}/listings/{listing}/transactions")
    await shop.get(f"{SHOP}/payment-account/ledger-entries", **YEAR)
    told = {json.loads(letter.content)["event_type"] for letter in shop.letters}
    assert {"order.paid", "order.canceled", "order.shipped"} <= told


def number(order: OrderId) -> str:
    return order.rpartition("-")[2]


async def later(shop: Fixture) -> None:
    for _ in range(10):
        await asyncio.sleep(0)
        shop.clock.advance(120)
        await asyncio.sleep(0)


def test_every_operation_is_one_that_etsy_has() -> None:
    contract = etsy_contract()

    for each in ALL:
        path = "/v3/application" + each.path.replace("{", "").replace("}", "")
        found = contract.operation(each.method, path)
        assert found is not None, each.name
        assert found.name == each.name
