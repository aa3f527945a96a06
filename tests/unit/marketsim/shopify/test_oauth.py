import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.unit.marketsim.shopify.rehearsal import Rehearsal

from marketsim.shopify.credentials import CALLBACKS, CLIENT_ID, CLIENT_SECRET, SHOP_DOMAIN

BACK = CALLBACKS[0]


async def consent(shop: Rehearsal, **more: str) -> dict[str, str]:
    asked = {
        "client_id": CLIENT_ID,
        "scope": "read_products,write_inventory",
        "redirect_uri": BACK,
        "state": "s&1",
        "auto": "1",
    }
    response = await shop.http.get("/admin/oauth/authorize", params=asked | more)
    assert response.status_code == 302, response.text
    assert response.headers["location"].startswith(f"{BACK}?")
    query = parse_qs(urlsplit(response.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


async def token(shop: Rehearsal, **given: str) -> tuple[int, dict[str, Any]]:
    body = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | given
    response = await shop.http.post("/admin/oauth/access_token", json=body)
    return response.status_code, response.json()


async def test_the_callback_is_signed_over_its_sorted_parameters(shop: Rehearsal) -> None:
    back = await consent(shop)

    signature = back.pop("hmac")
    text = "&".join(f"{name}={back[name]}" for name in sorted(back))
    digest = hmac.new(CLIENT_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert signature == digest
    assert back["shop"] == SHOP_DOMAIN
    assert back["state"] == "s&1"
    assert int(back["timestamp"]) == int(shop.clock.now().timestamp())


async def test_the_owner_is_asked_on_a_page(shop: Rehearsal) -> None:
    asked = {"client_id": CLIENT_ID, "scope": "read_orders", "redirect_uri": BACK, "state": "s"}

    page = await shop.http.get("/admin/oauth/authorize", params=asked)

    assert page.status_code == 200
    assert "read_orders" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "other"},
        {"redirect_uri": "http://peg.example.com/"},
        {"redirect_uri": f"{BACK}/"},
        {"redirect_uri": ""},
        {"scope": "read_everything"},
        {"scope": ""},
    ],
)
async def test_a_wrong_request_never_leaves_the_shop(
    shop: Rehearsal, wrong: dict[str, str]
) -> None:
    asked = {"client_id": CLIENT_ID, "scope": "read_orders", "redirect_uri": BACK, "auto": "1"}

    response = await shop.http.get("/admin/oauth/authorize", params=asked | wrong)

    assert response.status_code == 400


async def test_an_address_to_return_to_is_registered_in_the_dashboard(shop: Rehearsal) -> None:
    mine = "https://peg.example.com/back"
    asked = {"client_id": CLIENT_ID, "scope": "read_orders", "redirect_uri": mine, "auto": "1"}

    before = await shop.http.get("/admin/oauth/authorize", params=asked)
    added = await shop.http.post("/_dashboard/callbacks", json={"url": mine})
    after = await shop.http.get("/admin/oauth/authorize", params=asked)

    assert (before.status_code, after.status_code) == (400, 302)
    assert added.json() == (await shop.http.get("/_dashboard/callbacks")).json()
    assert set(added.json()) == {BACK, mine}


@pytest.mark.parametrize("url", ["http://peg.example.com/", "peg", "", 7, None])
async def test_what_is_no_safe_address_cannot_be_registered(shop: Rehearsal, url: object) -> None:
    answer = await shop.http.post("/_dashboard/callbacks", json={"url": url})

    assert answer.status_code == 400


async def test_a_code_works_once_and_for_a_minute(shop: Rehearsal) -> None:
    back = await consent(shop)
    late = await consent(shop)

    first = await token(shop, code=back["code"])
    again = await token(shop, code=back["code"])
    shop.clock.advance(61)
    outlived = await token(shop, code=late["code"])

    assert first[0] == 200
    assert first[1]["scope"] == "read_products,write_inventory"
    assert "expires_in" not in first[1]
    assert (again[0], outlived[0]) == (400, 400)


async def renew(shop: Rehearsal, pair: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Refresh with the refresh token of a pair."""
    return await token(shop, grant_type="refresh_token", refresh_token=pair["refresh_token"])


async def lets_in(shop: Rehearsal, pair: dict[str, Any]) -> bool:
    shop.token = pair["access_token"]
    return (await shop.post("ShopInfo", {})).status_code == 200


async def first_pair(shop: Rehearsal) -> dict[str, Any]:
    _, first = await token(shop, code=(await consent(shop))["code"], expiring="1")
    return first


async def test_expiring_tokens_rotate_and_the_losers_of_a_race_are_dead(shop: Rehearsal) -> None:
    first = await first_pair(shop)

    _, overtaken = await renew(shop, first)
    _, newest = await renew(shop, first)

    assert (first["expires_in"], first["refresh_token_expires_in"]) == (3_600, 7_776_000)
    assert [await lets_in(shop, pair) for pair in (first, overtaken, newest)] == [
        False,
        False,
        True,
    ]
    assert (await renew(shop, overtaken))[0] == 400


async def test_a_used_refresh_token_can_be_tried_again_until_its_replacement_is_used(
    shop: Rehearsal,
) -> None:
    first = await first_pair(shop)
    shop.switch(response_lost=1)
    with pytest.raises(httpx2.TransportError):
        await renew(shop, first)
    shop.switch(response_lost=0)

    status, second = await renew(shop, first)
    assert (status, await lets_in(shop, second)) == (200, True)
    _, third = await renew(shop, second)

    assert (await renew(shop, first))[0] == 400
    assert await lets_in(shop, third)


@pytest.mark.parametrize(("used_on_day", "lasts_days"), [(0, 30), (70, 20)], ids=["30", "90"])
async def test_a_used_refresh_token_lasts_thirty_days_more_but_not_beyond_its_life(
    shop: Rehearsal, used_on_day: int, lasts_days: int
) -> None:
    first = await first_pair(shop)
    shop.clock.advance(used_on_day * 86_400)
    await renew(shop, first)

    shop.clock.advance(lasts_days * 86_400 - 1)
    in_time, _ = await renew(shop, first)
    shop.clock.advance(1)
    too_late, _ = await renew(shop, first)

    assert (in_time, too_late) == (200, 400)


async def test_when_a_token_is_revoked_the_refresh_token_before_it_is_no_way_back(
    shop: Rehearsal,
) -> None:
    first = await first_pair(shop)
    _, second = await renew(shop, first)

    shop.switch(token_expires_early=1)
    assert not await lets_in(shop, second)
    shop.switch(token_expires_early=0)

    assert (await renew(shop, first))[0] == 400


async def test_a_client_credentials_token_lives_a_day(shop: Rehearsal) -> None:
    status, body = await token(shop, grant_type="client_credentials")

    assert (status, body["expires_in"]) == (200, 86_399)
    assert "refresh_token" not in body
    shop.token = body["access_token"]
    shop.clock.advance(86_398)
    assert (await shop.post("ShopInfo", {})).status_code == 200
    shop.clock.advance(1)
    assert (await shop.post("ShopInfo", {})).status_code == 401


async def test_a_shop_of_another_organisation_is_not_permitted(shop: Rehearsal) -> None:
    shop.switch(shop_not_permitted=1)

    status, body = await token(shop, grant_type="client_credentials")
    shop.switch(shop_not_permitted=0)
    permitted, _ = await token(shop, grant_type="client_credentials")

    assert (status, body["error"]) == (400, "shop_not_permitted")
    assert permitted == 200


async def test_a_wrong_secret_is_refused(shop: Rehearsal) -> None:
    status, body = await token(shop, grant_type="client_credentials", client_secret="wrong")

    assert (status, body["error"]) == (401, "invalid_client")


async def test_a_missing_scope_is_named_beside_null_data(shop: Rehearsal) -> None:
    granted = shop.shopify.shop.tokens.grant(frozenset({"write_products"}), lives_s=None)
    shop.token = granted.access_token

    answer = await shop.query(
        """{ product(id: "gid://shopify/Product/1") { id }
             inventoryItem(id: "gid://shopify/InventoryItem/1") { id } }"""
    )

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["path"] == ["inventoryItem"]
    assert answer["data"] == {"product": None, "inventoryItem": None}


async def test_an_app_can_remove_itself(shop: Rehearsal) -> None:
    headers = {"X-Shopify-Access-Token": shop.token}

    gone = await shop.http.delete("/admin/api_permissions/current.json", headers=headers)

    assert gone.status_code == 200
    assert (await shop.post("ShopInfo", {})).status_code == 401
