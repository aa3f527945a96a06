from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.support.practice_etsy import API, KEY, SHOP, URL, Fixture, good, let_in, open_etsy

from marketsim.etsy.credentials import CALLBACKS, KEYSTRING, SHOP_ID, USER_ID
from marketsim.etsy.grants import challenge_of

VERIFIER = "v" * 43
TOKEN = f"{URL}/v3/public/oauth/token"
SCOPES = "listings_r listings_w shops_r transactions_r"


@pytest.fixture
def shop() -> Fixture:
    return open_etsy()


def asked(**changes: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": KEYSTRING,
        "redirect_uri": CALLBACKS[0],
        "scope": SCOPES,
        "state": "s-1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    } | changes


async def connect(shop: Fixture, **changes: str) -> httpx2.Response:
    return await shop.client.get("/oauth/connect", params=asked(auto="1") | changes)


async def exchange(shop: Fixture, answer: httpx2.Response, **changes: str) -> httpx2.Response:
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    form = {
        "grant_type": "authorization_code",
        "client_id": KEYSTRING,
        "redirect_uri": CALLBACKS[0],
        "code": query["code"][0],
        "code_verifier": VERIFIER,
    } | changes
    return await shop.client.post(TOKEN, data=form)


async def refresh(shop: Fixture, token: Any, client_id: str = KEYSTRING) -> httpx2.Response:
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": str(token)}
    return await shop.client.post(TOKEN, data=form)


async def tokens(shop: Fixture) -> dict[str, Any]:
    body: dict[str, Any] = good(await exchange(shop, await connect(shop)))
    return body


async def me(shop: Fixture, token: str) -> httpx2.Response:
    return await shop.client.get(f"{API}/users/me", headers={"authorization": f"Bearer {token}"})


async def test_a_seller_consents_and_the_app_gets_tokens(shop: Fixture) -> None:
    page = await shop.client.get("/oauth/connect", params=asked())
    pressed = await shop.client.post("/oauth/connect", data=asked(answer="grant"))
    given = good(await exchange(shop, pressed))

    assert "<button" in page.text
    assert parse_qs(urlsplit(pressed.headers["location"]).query)["state"] == ["s-1"]
    assert given["access_token"].startswith(f"{USER_ID}.")
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    assert good(await me(shop, given["access_token"])) == {"user_id": USER_ID, "shop_id": SHOP_ID}


async def test_a_seller_may_say_no(shop: Fixture) -> None:
    denied = await shop.client.post("/oauth/connect", data=asked(answer="deny"))

    query = parse_qs(urlsplit(denied.headers["location"]).query)
    assert (query["error"], query["state"]) == (["access_denied"], ["s-1"])
    assert "code" not in query


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": CALLBACKS[0] + "/"},
        {"client_id": "x"},
        {"state": ""},
        {"scope": "listings_r everything"},
        {"scope": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"response_type": "token"},
    ],
)
async def test_a_consent_that_is_not_exact_sends_nobody_anywhere(
    shop: Fixture, wrong: dict[str, str]
) -> None:
    answer = await connect(shop, **wrong)

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_redirect_address_is_registered_in_the_portal(shop: Fixture) -> None:
    url = "http://127.0.0.1:8099/back"
    before = await connect(shop, redirect_uri=url)
    good(await shop.client.post("/_portal/callbacks", json={"url": url}))
    after = await connect(shop, redirect_uri=url)

    assert (before.status_code, after.status_code) == (400, 302)
    assert after.headers["location"].startswith(url + "?")


@pytest.mark.parametrize(
    "wrong", [{"code_verifier": "w" * 43}, {"redirect_uri": "http://x.test/"}, {"code": "nope"}]
)
async def test_a_code_is_good_once_and_only_with_its_verifier(
    shop: Fixture, wrong: dict[str, str]
) -> None:
    answer = await connect(shop)
    refused = await exchange(shop, answer, **wrong)
    again = await exchange(shop, answer)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert again.status_code == (200 if "code" in wrong else 400)


async def test_a_code_ends_after_ten_minutes(shop: Fixture) -> None:
    answer = await connect(shop)
    shop.clock.advance(601)
    late = await exchange(shop, answer)

    assert late.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(("length", "status"), [(42, 400), (43, 200), (128, 200), (129, 400)])
async def test_a_verifier_has_43_to_128_characters(shop: Fixture, length: int, status: int) -> None:
    verifier = "v" * length

    answer = await connect(shop, code_challenge=challenge_of(verifier))
    exchanged = await exchange(shop, answer, code_verifier=verifier)

    assert exchanged.status_code == status


async def test_refresh_tokens_rotate_and_the_old_one_is_dead(shop: Fixture) -> None:
    first = await tokens(shop)

    second = good(await refresh(shop, first["refresh_token"]))
    reused = await refresh(shop, first["refresh_token"])
    third = await refresh(shop, second["refresh_token"])

    assert second["refresh_token"] != first["refresh_token"]
    assert (reused.status_code, third.status_code) == (400, 200)
    assert reused.json() == {
        "error": "invalid_grant",
        "error_description": "refresh_token is revoked",
    }


async def test_the_old_refresh_token_may_live_on(shop: Fixture) -> None:
    first = await tokens(shop)
    shop.set_faults(old_refresh_lives=1)

    good(await refresh(shop, first["refresh_token"]))
    again = await refresh(shop, first["refresh_token"])
    shop.set_faults(old_refresh_lives=0)

    assert again.status_code == 200
    assert (await refresh(shop, first["refresh_token"])).status_code == 400


async def test_a_refresh_can_fail_in_passing_or_for_good(shop: Fixture) -> None:
    given = await tokens(shop)
    shop.set_faults(refresh_500=1)
    passing = await refresh(shop, given["refresh_token"])
    shop.set_faults(refresh_500=0, grant_revoked=0)
    next_one = good(await refresh(shop, given["refresh_token"]))
    shop.set_faults(grant_revoked=1)
    revoked = await refresh(shop, next_one["refresh_token"])

    assert (passing.status_code, revoked.json()["error"]) == (500, "invalid_grant")
    assert (await me(shop, next_one["access_token"])).status_code == 401


async def test_tokens_end_with_their_time(shop: Fixture) -> None:
    given = await tokens(shop)

    shop.clock.advance(3_600)
    expired = await me(shop, given["access_token"])
    fresh = good(await refresh(shop, given["refresh_token"]))
    shop.clock.advance(90 * 86_400 + 1)
    too_old = await refresh(shop, fresh["refresh_token"])

    assert (expired.status_code, expired.json()["error"]) == (401, "invalid_token")
    assert too_old.json()["error"] == "invalid_grant"


async def test_revoked_access_ends_at_once(shop: Fixture) -> None:
    given = await tokens(shop)
    good(await shop.client.post("/_portal/revoke"))

    assert (await me(shop, given["access_token"])).status_code == 401
    assert (await refresh(shop, given["refresh_token"])).status_code == 400


async def test_the_token_endpoint_takes_forms_of_known_apps_only(shop: Fixture) -> None:
    given = await tokens(shop)

    as_json = await shop.client.post(TOKEN, json={"grant_type": "refresh_token"})
    stranger = await refresh(shop, given["refresh_token"], client_id="x")
    other = await shop.client.post(TOKEN, data={"grant_type": "password"})

    assert as_json.json()["error"] == "invalid_request"
    assert (stranger.status_code, stranger.json()["error"]) == (401, "invalid_client")
    assert other.json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("key", ["", KEYSTRING, f"{KEYSTRING}:wrong", "x:y"])
async def test_every_call_needs_keystring_and_shared_secret(shop: Fixture, key: str) -> None:
    answer = await shop.client.get(f"{API}/openapi-ping", headers={"x-api-key": key})

    assert answer.status_code == 403
    assert set(answer.json()) == {"error"}


async def test_a_token_does_only_what_was_granted(shop: Fixture) -> None:
    await let_in(shop, "shops_r")

    allowed = await shop.client.get(f"{API}/users/me")
    refused = await shop.client.get(f"{SHOP}/receipts")
    del shop.client.headers["authorization"]
    without = await shop.client.get(f"{SHOP}/receipts")

    assert [it.status_code for it in (allowed, refused, without)] == [200, 403, 401]
    assert "transactions_r" in refused.json()["error_description"]


async def test_a_token_tells_its_scopes(shop: Fixture) -> None:
    given = await tokens(shop)

    answer = await shop.client.post(f"{API}/scopes", data={"token": given["access_token"]})

    assert good(answer) == {"scopes": sorted(SCOPES.split())}
    assert KEY["x-api-key"].startswith(KEYSTRING)
