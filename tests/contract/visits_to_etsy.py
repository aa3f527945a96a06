"""What an app may ask of a practice Etsy, part by part; the contract judges what passes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.practice_etsy import API, SHOP, Fixture, good, writable
from tests.support.webhook_schemas import etsy_letter_faults

from marketsim.market import OrderId

HOOK = "http://127.0.0.1:9/hook"
PIXEL = b"\x89PNG\r\n\x1a\n" + bytes(64)
YEAR = {"min_created": 1_760_000_000, "max_created": 1_800_000_000}
Visit = Callable[[Fixture], Awaitable[None]]


async def post(shop: Fixture, path: str, **body: Any) -> Any:
    """What a POST that went through answers."""
    return good(await shop.client.post(path, **body))


async def of_the_shop(shop: Fixture) -> None:
    """The shop and the profiles that its listings refer to."""
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


async def of_the_taxonomy(shop: Fixture) -> None:
    """The tree, and the properties of its first leaf."""
    leaf = (await shop.get(f"{API}/seller-taxonomy/nodes"))["results"][0]
    while leaf["children"]:
        leaf = leaf["children"][0]

    properties = await shop.get(f"{API}/seller-taxonomy/nodes/{leaf['id']}/properties")

    assert properties["count"] == len(properties["results"])


async def of_listings(shop: Fixture) -> None:
    """Listings in every state, in batches and alone."""
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


async def of_a_listings_life(shop: Fixture) -> None:
    """A listing is drafted, pictured, shown, changed, withdrawn and deleted."""
    listing = (await post(shop, f"{SHOP}/listings", data=await _form(shop)))["listing_id"]
    place = f"{SHOP}/listings/{listing}"
    await post(shop, f"{place}/images", files={"image": ("a.png", PIXEL, "image/png")})
    question = {"question_text": "Engraving", "question_type": "text_input", "required": False}
    asked = {"personalization_questions": [{**question, "max_allowed_characters": 20}]}
    await post(shop, f"{place}/personalization", json=asked)
    taxonomy = (await shop.get(f"{API}/listings/{listing}"))["taxonomy_id"]
    (known, *_) = (await shop.get(f"{API}/seller-taxonomy/nodes/{taxonomy}/properties"))["results"]
    value = {"value_ids": str(known["possible_values"][0]["value_id"]), "values": "x"}
    good(await shop.client.put(f"{place}/properties/{known['property_id']}", data=value))
    for change in ({"state": "active"}, {"title": "Opal ring, small"}, {"state": "inactive"}):
        good(await shop.patch(listing, **change))
    good(await shop.put(listing, writable(await shop.inventory(listing))))
    good(await shop.client.delete(f"{API}/listings/{listing}"))
    assert (await shop.client.get(f"{API}/listings/{listing}")).status_code == 404


async def of_orders(shop: Fixture) -> None:
    """Receipts, their payments and parcels, the account, and the letters about it all."""
    await post(shop, "/_portal/webhooks", json={"url": HOOK})
    market = shop.etsy.market
    shipped, cancelled = market.buy(shop.unit_of("RING-2-A")), market.buy(shop.unit_of("RING-1"))
    market.pay(shipped)
    market.pay(cancelled)
    market.cancel(cancelled, restock=True)
    market.refund(shipped, quantity=1, restock="no_restock")
    await _later(shop)

    tracking = {"tracking_code": "1Z", "carrier_name": "ups"}
    await post(shop, f"{SHOP}/receipts/{_number(shipped)}/tracking", json=tracking)
    market.deliver(shipped)
    await _later(shop)

    for was_canceled in ("true", "false"):
        page = await shop.get(f"{SHOP}/receipts", was_canceled=was_canceled, limit=100)
        assert page["count"] == 1
    for order in (shipped, cancelled):
        await shop.get(f"{SHOP}/receipts/{_number(order)}")
        await shop.get(f"{SHOP}/receipts/{_number(order)}/payments")
    listing = shop.listing_of("RING-1")
    await shop.get(f"{SHOP}/listings/{listing}/transactions")
    await shop.get(f"{SHOP}/payment-account/ledger-entries", **YEAR)


VISITS: tuple[Visit, ...] = (
    of_the_shop,
    of_the_taxonomy,
    of_listings,
    of_a_listings_life,
    of_orders,
)


def letter_faults(shop: Fixture) -> list[str]:
    """What is wrong with the letters, signed with the secret that the portal showed once."""
    shown = (it for it in shop.overheard.exchanges if it.path == "/_portal/webhooks")
    secrets = [exchange.answer_json["secret"] for exchange in shown]
    return [
        fault for letter in shop.letters for fault in etsy_letter_faults(letter, secret=secrets[0])
    ]


async def _form(shop: Fixture) -> dict[str, str]:
    """A ring to be drafted."""
    parcel = (await shop.get(f"{SHOP}/shipping-profiles"))["results"][0]["shipping_profile_id"]
    ready = (await shop.get(f"{SHOP}/readiness-state-definitions"))["results"][0]
    policy = (await shop.get(f"{SHOP}/policies/return"))["results"][0]["return_policy_id"]
    taxonomy = (await shop.get(f"{SHOP}/listings"))["results"][0]["taxonomy_id"]
    return {
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


def _number(order: OrderId) -> str:
    return order.rpartition("-")[2]


async def _later(shop: Fixture) -> None:
    for _ in range(10):
        await asyncio.sleep(0)
        shop.clock.advance(120)
        await asyncio.sleep(0)
