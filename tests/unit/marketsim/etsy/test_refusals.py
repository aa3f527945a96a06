"""What the practice Etsy refuses, each just beyond what it still takes."""

from typing import Any

import httpx2
import pytest
from tests.support.practice_etsy import (
    API,
    PICTURE,
    SHOP,
    Fixture,
    good,
    let_in,
    open_etsy,
    writable,
)

RING = "RING-1"
SIZED = "RING-2-A"


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def written(shop: Fixture, sku: str, *where: str | int, value: Any) -> httpx2.Response:
    """The answer to writing back a listing's inventory with one place of it changed."""
    listing = shop.listing_of(sku)
    body = writable(await shop.inventory(listing))
    place: Any = body
    for step in where[:-1]:
        place = place[step]
    if value is ...:
        del place[where[-1]]
    else:
        place[where[-1]] = value
    return await shop.put(listing, body)


OFFERING = ("products", 0, "offerings", 0)


@pytest.mark.parametrize(
    ("field", "most", "more"),
    [
        ("title", "x" * 140, "x" * 141),
        ("title", "50% off: opal & gold + pearl", "50% off % opal"),
        ("title", "Opal: a ring", "Opal: a ring: gold"),
        ("title", "Opal & gold", "Opal & gold & pearl"),
        ("title", "Opal + gold", "Opal + gold + pearl"),
        ("title", "Opal™ (gold), 14k - «fine»", "Opal ❤ ring"),
        ("tags", ",".join(f"tag {n}" for n in range(13)), ",".join(f"tag {n}" for n in range(14))),
        ("tags", "x" * 20, "x" * 21),
        ("tags", "mother's day-gift™", "gift!"),
        ("materials", "14k gold,opal", "14k-gold"),
    ],
)
async def test_words_are_taken_up_to_a_limit(
    shop: Fixture, field: str, most: str, more: str
) -> None:
    listing = shop.listing_of(RING)

    taken = await shop.patch(listing, **{field: most})
    refused = await shop.patch(listing, **{field: more})

    assert (taken.status_code, refused.status_code) == (200, 400)
    assert set(refused.json()) == {"error"}


@pytest.mark.parametrize(
    ("where", "most", "more"),
    [
        ((*OFFERING, "price"), 49_999.99, 50_000),
        ((*OFFERING, "price"), 0.20, 0.19),
        ((*OFFERING, "quantity"), 999, 1_000),
        (("products", 0, "sku"), "x" * 32, "x" * 33),
    ],
)
async def test_an_inventory_is_taken_up_to_a_limit(
    shop: Fixture, where: tuple[str | int, ...], most: Any, more: Any
) -> None:
    refused = await written(shop, RING, *where, value=more)
    taken = await written(shop, RING, *where, value=most)

    assert (taken.status_code, refused.status_code) == (200, 400)


@pytest.mark.parametrize("name", ["price", "quantity", "is_enabled", "readiness_state_id"])
async def test_an_offering_needs_each_of_its_fields(shop: Fixture, name: str) -> None:
    answer = await written(shop, RING, *OFFERING, name, value=...)

    assert answer.status_code == 400
    assert [it["path"] for it in answer.json()] == [f"products.0.offerings.0.{name}"]


@pytest.mark.parametrize("name", ["property_id", "value_ids", "values"])
async def test_a_property_value_needs_each_of_its_fields(shop: Fixture, name: str) -> None:
    answer = await written(shop, SIZED, "products", 0, "property_values", 0, name, value=...)

    assert answer.status_code == 400
    assert [it["path"] for it in answer.json()] == [f"products.0.property_values.0.{name}"]


@pytest.mark.parametrize(
    "where",
    [
        ("products", 0, "product_id"),
        ("products", 0, "is_deleted"),
        (*OFFERING, "offering_id"),
        (*OFFERING, "is_deleted"),
        ("products", 0, "property_values", 0, "scale_name"),
        ("products", 0, "property_values", 0, "value_pairs"),
    ],
    ids=lambda where: f"{where[-2]}.{where[-1]}",
)
async def test_each_field_that_only_reading_gives_is_refused(
    shop: Fixture, where: tuple[str | int, ...]
) -> None:
    answer = await written(shop, SIZED, *where, value=1)

    assert answer.status_code == 400
    assert str(where[-1]) in answer.json()["error"]


async def test_a_write_takes_no_condition(shop: Fixture) -> None:
    listing = shop.listing_of(RING)
    body = writable(await shop.inventory(listing))

    answer = await shop.client.put(
        f"{API}/listings/{listing}/inventory", json=body, headers={"if-match": '"another"'}
    )

    assert answer.status_code == 200
    assert "etag" not in answer.headers


@pytest.mark.parametrize("state", ["draft", "sold_out", "expired", "archived", "edit", "removed"])
async def test_a_seller_sets_no_state_but_active_and_inactive(shop: Fixture, state: str) -> None:
    assert (await shop.patch(shop.listing_of(RING), state=state)).status_code == 400


@pytest.mark.parametrize("lacks", ["return_policy_id", "images"])
async def test_a_listing_on_sale_has_a_return_policy_and_an_image(
    shop: Fixture, lacks: str
) -> None:
    ids = {
        "shipping_profile_id": "shipping-profiles",
        "readiness_state_id": "readiness-state-definitions",
        "return_policy_id": "policies/return",
    }
    form = {name: (await shop.get(f"{SHOP}/{it}"))["results"][0][name] for name, it in ids.items()}
    form |= {"quantity": 1, "title": "Opal Ring", "description": "One opal.", "price": "120.50"}
    form |= {"who_made": "i_did", "when_made": "made_to_order", "taxonomy_id": 1240}
    form.pop(lacks, None)
    draft = good(await shop.client.post(f"{SHOP}/listings", data=form))["listing_id"]
    if lacks != "images":
        picture = {"image": ("ring.jpg", PICTURE, "image/jpeg")}
        good(await shop.client.post(f"{SHOP}/listings/{draft}/images", files=picture))

    answer = await shop.patch(draft, state="active")

    assert answer.status_code == 400
    assert lacks.removesuffix("_id").removesuffix("s").replace("_", " ") in answer.json()["error"]


async def test_a_page_of_receipts_has_a_hundred_and_begins_at_twelve_thousand_at_most(
    shop: Fixture,
) -> None:
    receipts = f"{SHOP}/receipts"

    last = await shop.client.get(receipts, params={"limit": 100, "offset": 12_000})
    beyond = await shop.client.get(receipts, params={"limit": 100, "offset": 12_001})
    longer = await shop.client.get(receipts, params={"limit": 101})

    assert [it.status_code for it in (last, beyond, longer)] == [200, 400, 400]


async def test_a_full_second_is_told_before_a_full_day(shop: Fixture) -> None:
    shop.etsy.market.settings.per_second = 0
    shop.etsy.market.settings.per_day = 0

    answer = await shop.client.get(f"{API}/openapi-ping")

    assert answer.json() == {"error": "Exceeded per second rate limit"}
