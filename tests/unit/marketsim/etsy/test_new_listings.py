from typing import Any

import httpx2
import pytest
from tests.support.practice_etsy import API, PICTURE, SHOP, Fixture, good, let_in, open_etsy

from marketsim.etsy.taxonomy import roots


@pytest.fixture
async def shop() -> Fixture:
    return await let_in(open_etsy())


async def first(shop: Fixture, path: str) -> dict[str, Any]:
    row: dict[str, Any] = (await shop.get(f"{SHOP}/{path}"))["results"][0]
    return row


async def form(shop: Fixture, **changes: Any) -> dict[str, Any]:
    profile = await first(shop, "shipping-profiles")
    readiness = await first(shop, "readiness-state-definitions")
    returns = await first(shop, "policies/return")
    return {
        "quantity": 1,
        "title": "Opal Ring",
        "description": "One opal.",
        "price": "120.50",
        "who_made": "i_did",
        "when_made": "made_to_order",
        "taxonomy_id": 1240,
        "shipping_profile_id": profile["shipping_profile_id"],
        "readiness_state_id": readiness["readiness_state_id"],
        "return_policy_id": returns["return_policy_id"],
    } | changes


async def create(shop: Fixture, **changes: Any) -> httpx2.Response:
    fields = {k: v for k, v in (await form(shop, **changes)).items() if v is not None}
    return await shop.client.post(f"{SHOP}/listings", data=fields)


async def add_image(shop: Fixture, listing: int, **fields: str) -> httpx2.Response:
    return await shop.client.post(
        f"{SHOP}/listings/{listing}/images",
        files={"image": ("ring.jpg", PICTURE, "image/jpeg")},
        data=fields,
    )


async def test_a_listing_is_drafted_pictured_and_published_for_a_fee(shop: Fixture) -> None:
    draft = good(await create(shop, tags="opal,ring", state="active"))
    number = draft["listing_id"]
    bare = await shop.patch(number, state="active")
    picture = good(await add_image(shop, number, alt_text="An opal ring"))
    on_sale = good(await shop.patch(number, state="active"))

    assert (draft["state"], draft["price"]["amount"], draft["tags"]) == (
        "draft",
        12_050,
        ["opal", "ring"],
    )
    assert bare.status_code == 400
    assert "an image" in bare.json()["error"]
    assert (picture["rank"], picture["alt_text"], picture["hex_code"]) == (1, "An opal ring", None)
    assert on_sale["state"] == "active"
    assert shop.etsy.market.truth()["fees"]["listing"] == 1
    assert "Opal Ring" in {it.title for it in shop.etsy.market.offered()}


@pytest.mark.parametrize(
    "name",
    [
        "quantity",
        "title",
        "description",
        "price",
        "who_made",
        "when_made",
        "taxonomy_id",
        "shipping_profile_id",
        "readiness_state_id",
    ],
)
async def test_a_draft_needs_all_that_etsy_asks(shop: Fixture, name: str) -> None:
    answer = await create(shop, **{name: None})

    assert answer.status_code == 400
    assert name in answer.json()["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": 1_000},
        {"price": "0.19"},
        {"price": "50000"},
        {"price": "nan"},
        {"taxonomy_id": 5},
        {"taxonomy_id": next(root.id for root in roots())},
        {"who_made": "elves"},
        {"image_ids": "5"},
        {"readiness_state_id": 5},
    ],
)
async def test_a_draft_keeps_etsy_s_limits(shop: Fixture, wrong: dict[str, Any]) -> None:
    assert (await create(shop, **wrong)).status_code == 400


async def test_a_listing_may_be_created_although_500_is_answered(shop: Fixture) -> None:
    shop.set_faults(created_but_500=1)

    answer = await create(shop)
    shop.set_faults(created_but_500=0)
    told = await create(shop)

    assert (answer.status_code, told.status_code) == (500, 201)
    assert (await shop.get(f"{SHOP}/listings", state="draft"))["count"] == 2


async def test_fields_as_json_are_read_like_a_form(shop: Fixture) -> None:
    fields = await form(shop, tags=["opal", "ring"], materials=None)

    draft = good(await shop.client.post(f"{SHOP}/listings", json=fields))

    assert draft["tags"] == ["opal", "ring"]


async def test_pictures_keep_their_ranks_and_number_at_most_twenty(shop: Fixture) -> None:
    number = good(await create(shop))["listing_id"]
    for _ in range(20):
        good(await add_image(shop, number, rank="1"))
    too_many = await add_image(shop, number)
    over = good(await add_image(shop, number, rank="1", overwrite="true"))
    read = await shop.get(f"{API}/listings/{number}", includes="Images")

    assert too_many.status_code == 400
    assert [it["rank"] for it in read["images"]] == list(range(1, 21))
    assert read["images"][0]["listing_image_id"] == over["listing_image_id"]


@pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"<html>no picture</html>" * 10])
async def test_what_is_no_picture_is_refused(shop: Fixture, content: bytes) -> None:
    draft = good(await create(shop))["listing_id"]
    file = {"image": ("ring.jpg", content, "image/jpeg")}

    answer = await shop.client.post(f"{SHOP}/listings/{draft}/images", files=file)

    assert answer.status_code == 400
    assert "image" in answer.json()["error"]


async def test_a_picture_uploaded_before_can_be_used_again(shop: Fixture) -> None:
    one = good(await create(shop))["listing_id"]
    other = good(await create(shop))["listing_id"]
    picture = good(await add_image(shop, one))["listing_image_id"]
    path = f"{SHOP}/listings/{other}/images"

    again = good(await shop.client.post(path, data={"listing_image_id": picture}))
    unknown = await shop.client.post(path, data={"listing_image_id": 5})
    nothing = await shop.client.post(path, data={"rank": 1})

    assert (again["listing_image_id"], again["listing_id"]) == (picture, other)
    assert (unknown.status_code, nothing.status_code) == (404, 400)


async def test_an_attribute_is_set_by_its_value_id(shop: Fixture) -> None:
    number = good(await create(shop))["listing_id"]
    path = f"{SHOP}/listings/{number}/properties/148789511893"

    right = good(await shop.client.put(path, data={"value_ids": 5261, "values": "Gold"}))
    guessed = good(await shop.client.put(path, data={"value_ids": 77, "values": "Gold"}))
    shop.set_faults(guessed_value_id=0)
    refused = await shop.client.put(path, data={"value_ids": 77, "values": "Gold"})
    unknown = await shop.client.put(path.replace("148789511893", "5"), data={})

    assert right["values"] == ["Gold"]
    assert guessed["values"] != ["Gold"]
    assert (refused.status_code, unknown.status_code) == (400, 404)


async def test_buyers_are_asked_what_the_seller_wants_to_know(shop: Fixture) -> None:
    number = good(await create(shop))["listing_id"]
    path = f"{SHOP}/listings/{number}/personalization"
    name = {"question_text": "Your name?", "question_type": "text_input", "required": True}
    metal = {
        "question_text": "Which metal?",
        "question_type": "dropdown",
        "required": True,
        "options": [{"label": "Gold"}],
    }

    one = good(await shop.client.post(path, json={"personalization_questions": [name]}))
    both = {"personalization_questions": [name, metal]}
    unannounced = await shop.client.post(path, json=both)
    several = good(
        await shop.client.post(
            path, json=both, params={"supports_multiple_personalization_questions": "true"}
        )
    )
    misshapen = await shop.client.post(path, json={"personalization_questions": [{}]})
    read = await shop.get(f"{API}/listings/{number}", includes="Personalization")

    assert one["personalization_questions"][0]["question_text"] == "Your name?"
    assert unannounced.status_code == 400
    assert (
        several["personalization_questions"] == read["personalization"]["personalization_questions"]
    )
    assert {it["path"] for it in misshapen.json()} == {
        f"personalization_questions.0.{it}" for it in ("question_text", "question_type", "required")
    }


async def test_the_shop_s_profiles_grow(shop: Fixture) -> None:
    section = good(await shop.client.post(f"{SHOP}/sections", data={"title": "Opals"}))
    readiness = {"readiness_state": "made_to_order", "min_processing_time": 1}
    readiness_path = f"{SHOP}/readiness-state-definitions"
    made = await shop.client.post(readiness_path, data=readiness | {"max_processing_time": 2})
    twice = await shop.client.post(readiness_path, data=readiness | {"max_processing_time": 2})
    postage = {
        "title": "To Germany",
        "origin_country_iso": "US",
        "primary_cost": "12.50",
        "secondary_cost": "0",
        "destination_country_iso": "DE",
    }
    path = f"{SHOP}/shipping-profiles"
    vague = await shop.client.post(path, data=postage)
    profile = good(
        await shop.client.post(
            path, data=postage | {"min_delivery_days": 3, "max_delivery_days": 9}
        )
    )
    number = good(await create(shop, shop_section_id=section["shop_section_id"]))["listing_id"]
    good(await add_image(shop, number))
    good(await shop.patch(number, state="active"))

    assert [it.status_code for it in (made, twice, vague)] == [201, 409, 400]
    destination = profile["shipping_profile_destinations"][0]
    assert destination["primary_cost"]["amount"] == 1_250
    counts = {
        it["title"]: it["active_listing_count"]
        for it in (await shop.get(f"{SHOP}/sections"))["results"]
    }
    assert counts == {"Rings": 0, "Opals": 1}


async def test_the_taxonomy_leads_to_properties_with_ring_sizes(shop: Fixture) -> None:
    tree = (await shop.get(f"{API}/seller-taxonomy/nodes"))["results"]
    properties = (await shop.get(f"{API}/seller-taxonomy/nodes/1240/properties"))["results"]
    unknown = await shop.client.get(f"{API}/seller-taxonomy/nodes/5/properties")

    jewelry = next(node for node in tree if node["name"] == "Jewelry")
    rings = next(node for node in jewelry["children"] if node["name"] == "Rings")
    assert {node["id"] for node in rings["children"]} == {1233, 1238, 1240}
    sizes = next(it for it in properties if it["name"] == "Ring size")
    assert {"value_id": 1551, "name": "7 1/2", "scale_id": 20, "equal_to": []} in sizes[
        "possible_values"
    ]
    assert unknown.status_code == 404
