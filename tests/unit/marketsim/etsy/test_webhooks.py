import asyncio
import json
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from tests.support.practice_etsy import API, SHOP, URL, Fixture, good, let_in, open_etsy, writable

from marketsim.etsy.credentials import SHOP_ID
from marketsim.etsy.notices import TERMS, signature

HERE = "https://peg.test/webhooks/etsy"


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def register(shop: Fixture, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = good(
        await shop.client.post("/_portal/webhooks", json={"url": HERE} | more)
    )
    return body


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def told(shop: Fixture) -> list[tuple[str, str]]:
    """What has arrived."""
    await settle()
    bodies = [json.loads(letter.content) for letter in shop.letters]
    return [(it["event_type"], it["resource_url"].removeprefix(f"{API}/")) for it in bodies]


async def test_a_letter_is_flat_and_signed_as_standard_webhooks_say(shop: Fixture) -> None:
    shop.clock.set_speed(1)
    endpoint = await register(shop)
    order = shop.etsy.market.buy(shop.unit_of("RING-2-A"))

    shop.etsy.market.pay(order)
    assert await told(shop) == [("order.paid", f"shops/{SHOP_ID}/receipts/{order}")]

    (letter,) = shop.letters
    assert json.loads(letter.content) == {
        "event_type": "order.paid",
        "resource_url": f"{URL}/v3/application/shops/{SHOP_ID}/receipts/{order}",
        "shop_id": SHOP_ID,
    }
    parts = [letter.headers[f"webhook-{name}"] for name in ("id", "timestamp")]
    assert endpoint["secret"].startswith("whsec_")
    made = Webhook(endpoint["secret"]).sign(parts[0], shop.clock.now(), letter.content.decode())
    assert letter.headers["webhook-signature"] == made
    assert int(parts[1]) == int(shop.clock.now().timestamp())


async def test_every_event_of_an_order_is_told(shop: Fixture) -> None:
    await register(shop)
    market = shop.etsy.market
    kept, dropped = market.buy(shop.unit_of("RING-2-A")), market.buy(shop.unit_of("RING-2-A"))
    market.pay(kept)
    market.fulfil(kept)
    market.deliver(kept)
    market.cancel(dropped, restock=True)

    events = [event for event, _ in await told(shop)]
    assert events == ["order.paid", "order.shipped", "order.delivered", "order.canceled"]


async def test_a_listing_that_sells_out_is_told_as_inventory(shop: Fixture) -> None:
    await register(shop, events=["inventory.out_of_stock"])

    shop.etsy.market.buy(shop.unit_of("RING-1"))

    path = f"listings/{shop.listing_of('RING-1')}/inventory"
    assert await told(shop) == [("inventory.out_of_stock", path)]


async def test_a_change_of_quantity_alone_is_not_told(shop: Fixture) -> None:
    await register(shop, events=["inventory.updated"])
    listing = shop.listing_of("RING-2-A")
    body = writable(await shop.inventory(listing))
    body["products"][0]["offerings"][0]["quantity"] = 2
    good(await shop.put(listing, body))
    silent = await told(shop)
    body = writable(await shop.inventory(listing))
    body["products"][0]["offerings"][0]["price"] = 55.5
    good(await shop.put(listing, body))

    assert silent == []
    assert await told(shop) == [("inventory.updated", f"listings/{listing}/inventory")]


async def test_listings_tell_of_themselves(shop: Fixture) -> None:
    await register(shop, events=["listing.updated", "listing.deleted"])
    listing = shop.listing_of("RING-1")
    good(await shop.patch(listing, state="inactive"))
    await shop.client.delete(f"{API}/listings/{listing}")

    assert [event for event, _ in await told(shop)] == ["listing.updated", "listing.deleted"]


async def test_for_a_day_after_rotation_both_secrets_sign(shop: Fixture) -> None:
    old = await register(shop)
    new = good(await shop.client.post(f"/_portal/webhooks/{old['id']}/rotate"))
    shop.etsy.market.pay(shop.etsy.market.buy(shop.unit_of("RING-2-A")))
    await told(shop)
    shop.clock.advance(86_401)
    shop.etsy.market.pay(shop.etsy.market.buy(shop.unit_of("RING-2-A")))
    await told(shop)

    def signed(secret: str, index: int) -> str:
        letter = shop.letters[index]
        number, at = (letter.headers[f"webhook-{name}"] for name in ("id", "timestamp"))
        return "v1," + signature(secret, number, at, letter.content)

    first, second = (letter.headers["webhook-signature"] for letter in shop.letters)
    assert first.split() == [signed(old["secret"], 0), signed(new["secret"], 0)]
    assert second.split() == [signed(new["secret"], 1)]


@pytest.mark.parametrize(("rate", "start"), [(1, ""), (0, "v1,")], ids=["on", "off"])
async def test_a_signature_may_stand_without_its_prefix(
    shop: Fixture, rate: float, start: str
) -> None:
    await register(shop)
    shop.set_faults(webhook_bare_signature=rate)
    shop.etsy.market.pay(shop.etsy.market.buy(shop.unit_of("RING-2-A")))
    await told(shop)

    told_signature = shop.letters[0].headers["webhook-signature"]
    assert told_signature.startswith(start)
    assert told_signature.startswith("v1,") is bool(start)


@pytest.mark.parametrize(
    ("rate", "keys"),
    [(1, {"type", "data"}), (0, {"event_type", "resource_url", "shop_id"})],
    ids=["on", "off"],
)
async def test_a_payload_may_be_unlike_the_documentation(
    shop: Fixture, rate: float, keys: set[str]
) -> None:
    await register(shop)
    shop.set_faults(webhook_odd_payload=rate)
    shop.etsy.market.pay(shop.etsy.market.buy(shop.unit_of("RING-2-A")))
    await settle()

    assert set(json.loads(shop.letters[0].content)) == keys


async def test_a_removed_address_hears_nothing(shop: Fixture) -> None:
    endpoint = await register(shop)
    listed = await shop.get("/_portal/webhooks")
    good(await shop.client.delete(f"/_portal/webhooks/{endpoint['id']}"))
    shop.etsy.market.pay(shop.etsy.market.buy(shop.unit_of("RING-2-A")))

    assert [it["url"] for it in listed] == [HERE]
    assert "secret" not in listed[0]
    assert await told(shop) == []


async def test_the_portal_refuses_what_is_no_address_and_no_event(shop: Fixture) -> None:
    for body in ({}, {"url": "peg"}, {"url": HERE, "events": ["order.eaten"]}):
        assert (await shop.client.post("/_portal/webhooks", json=body)).status_code == 400
    assert (await shop.client.get("/_portal")).status_code == 200
    assert (await shop.client.get(f"{SHOP}/listings")).status_code == 200


def test_a_letter_is_tried_eight_times_over_27_hours_and_35_minutes() -> None:
    assert len(TERMS.attempt_delays_s) == 8
    assert sum(TERMS.attempt_delays_s) == (27 * 60 + 35) * 60 + 5
