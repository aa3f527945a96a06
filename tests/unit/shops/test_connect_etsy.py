"""Connecting an Etsy shop, against the practice Etsy's own OAuth server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from httpx2 import Response
from tests.support.clocks import StandingClock
from tests.support.desks import desk_of, refusing
from tests.support.etsy_shop import MarketTime
from tests.support.exchanges import Overheard
from tests.support.practice_etsy import KEY, URL, Fixture, good, open_etsy
from tests.support.shops import key_ring

from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET, SHOP_ID, SHOP_NAME
from peg.db.columns import metadata
from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel, ShopId
from peg.marketplaces.port import (
    AccessRevoked,
    BadCallback,
    MarketplaceUnavailable,
    MissingScope,
    Refused,
)
from peg.migrations.schema import ensure_current
from peg.shops import directory, grants
from peg.shops.addresses import InsecureUrl
from peg.shops.connect import etsy
from peg.shops.connect.desk import ConnectionDeclined, Desk
from peg.shops.directory import AppCredentials, Status
from peg.shops.pending import CallbackExpired
from peg.shops.scopes import NEEDED
from peg.wiring.ground import open_ground

HTTPS = URL.replace("http:", "https:")
BACK = "http://localhost:3003/oauth/redirect"
APP = AppCredentials(KEYSTRING, SHARED_SECRET)
SHOP = ShopId(f"etsy:{SHOP_ID}")


@pytest.fixture
def practice() -> Fixture:
    return open_etsy()


@pytest.fixture
def overheard(practice: Fixture) -> Overheard:
    """All that is said to Etsy."""
    return Overheard(practice.etsy.app)


def asked_for_tokens(overheard: Overheard) -> int:
    """How often PEG went to Etsy with a code or a token."""
    return sum("/oauth/token" in one for one in overheard.heard)


@pytest.fixture
async def desk(practice: Fixture, overheard: Overheard, tmp_path: Path) -> AsyncIterator[Desk]:
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    async with begin(database) as session:
        await session.run_sync(lambda s: metadata.create_all(s.connection()))
    yield Desk(
        database=database,
        clock=MarketTime(practice.clock),
        ring=key_ring(),
        http=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=overheard)),
        shopify_url="https://{shop}.myshopify.com",
        etsy_url=HTTPS,
        etsy_consent_url=HTTPS,
    )
    await database.close()


async def consent(desk: Desk, url: str, *, answer: str = "grant") -> dict[str, str]:
    """The seller presses a button; what the browser brings back."""
    asked = dict(parse_qsl(urlsplit(url).query))
    answered = await desk.http.post(f"{HTTPS}/oauth/connect", data=asked | {"answer": answer})
    assert answered.status_code == 302
    target = urlsplit(answered.headers["location"])
    assert target.geturl().startswith(BACK)
    return dict(parse_qsl(target.query))


async def begun(desk: Desk, browser: str = "cookie") -> str:
    return await etsy.begin(desk, app=APP, redirect_uri=BACK, browser=browser)


async def portal_token(practice: Fixture, *scopes: str) -> str:
    asked = {"scopes": list(scopes)}
    told = good(await practice.client.post("/_portal/tokens", json=asked, headers=KEY))
    return str(told["refresh_token"])


async def test_the_seller_says_yes_and_the_shop_is_connected(desk: Desk) -> None:
    shop = await etsy.finish(desk, await consent(desk, await begun(desk)), browser="cookie")

    assert (shop.id, shop.name, shop.currency) == (SHOP, SHOP_NAME, "USD")
    async with reading(desk.database) as session:
        kept = await directory.by_id(session, SHOP)
        stored = await grants.load(session, desk.ring, SHOP)
        assert await directory.app_credentials(session, desk.ring, SHOP) == APP
    assert kept == shop
    assert kept.status is Status.CONNECTED
    assert stored is not None
    assert stored.grant.refresh_token is not None


async def test_a_callback_works_only_once(desk: Desk) -> None:
    callback = await consent(desk, await begun(desk))
    await etsy.finish(desk, callback, browser="cookie")

    with pytest.raises(CallbackExpired):
        await etsy.finish(desk, callback, browser="cookie")


async def test_another_browser_cannot_finish_and_uses_the_state_up(
    desk: Desk, overheard: Overheard
) -> None:
    callback = await consent(desk, await begun(desk))

    with pytest.raises(BadCallback):
        await etsy.finish(desk, callback, browser="a stranger's")
    with pytest.raises(CallbackExpired):
        await etsy.finish(desk, callback, browser="cookie")
    assert asked_for_tokens(overheard) == 0


@pytest.mark.parametrize("changed", [{"state": "forged"}, {"state": ""}, {"code": ""}])
async def test_a_forged_callback_is_refused_and_etsy_asked_nothing(
    desk: Desk, overheard: Overheard, changed: dict[str, str]
) -> None:
    callback = await consent(desk, await begun(desk)) | changed

    with pytest.raises(BadCallback):
        await etsy.finish(desk, callback, browser="cookie")
    assert asked_for_tokens(overheard) == 0


async def test_the_browser_carries_a_hash_of_the_verifier_and_not_the_verifier(
    desk: Desk,
) -> None:
    first, second = [dict(parse_qsl(urlsplit(await begun(desk)).query)) for _ in range(2)]

    assert first.keys() == {
        *("response_type", "client_id", "redirect_uri", "scope", "state"),
        *("code_challenge", "code_challenge_method"),
    }
    assert first["code_challenge_method"] == "S256"
    assert first["code_challenge"] != second["code_challenge"]
    assert first["state"] != second["state"]


async def test_a_seller_who_says_no_is_understood(desk: Desk) -> None:
    callback = await consent(desk, await begun(desk), answer="deny")

    with pytest.raises(ConnectionDeclined, match="access_denied"):
        await etsy.finish(desk, callback, browser="cookie")


async def test_a_code_of_another_flow_does_not_fit_the_verifier(desk: Desk) -> None:
    ours = await consent(desk, await begun(desk))
    theirs = await consent(desk, await begun(desk, "other"))

    with pytest.raises(AccessRevoked):
        await etsy.finish(desk, ours | {"code": theirs["code"]}, browser="cookie")


async def test_without_any_setting_etsy_itself_is_asked_and_no_other_host(tmp_path: Path) -> None:
    hosts: list[str] = []
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=StandingClock()) as ground:
        await ensure_current(ground.database)
        desk = desk_of(ground, refusing("invalid_grant", hosts))

        consent_page = await begun(desk)
        with pytest.raises(AccessRevoked):
            await etsy.by_refresh_token(desk, app=APP, refresh_token="token")

    assert consent_page.startswith("https://www.etsy.com/oauth/connect?")
    assert hosts == ["https://api.etsy.com"]


async def test_a_token_never_goes_to_another_machine_unencrypted(
    desk: Desk, overheard: Overheard
) -> None:
    elsewhere = replace(desk, etsy_url="http://10.0.0.1", etsy_consent_url="http://10.0.0.1")

    with pytest.raises(InsecureUrl):
        await etsy.by_refresh_token(elsewhere, app=APP, refresh_token="token")
    with pytest.raises(InsecureUrl):
        await begun(elsewhere)
    assert overheard.heard == []


async def test_the_browser_never_comes_back_unencrypted(desk: Desk) -> None:
    with pytest.raises(InsecureUrl):
        await etsy.begin(desk, app=APP, redirect_uri="http://peg.example/back", browser="cookie")


async def test_a_refresh_token_connects_without_a_browser(desk: Desk, practice: Fixture) -> None:
    token = await portal_token(practice)

    shop = await etsy.by_refresh_token(desk, app=APP, refresh_token=token)

    assert shop.id == SHOP
    with pytest.raises(AccessRevoked):  # it was used up
        await etsy.by_refresh_token(desk, app=APP, refresh_token=token)


async def test_a_failure_right_after_the_exchange_locks_nobody_out(
    desk: Desk, practice: Fixture
) -> None:
    token = await portal_token(practice)
    practice.set_faults(server_error=1.0)  # the token endpoint is not among what fails
    with pytest.raises(MarketplaceUnavailable):
        await etsy.by_refresh_token(desk, app=APP, refresh_token=token)
    practice.set_faults(server_error=0.0)

    shop = await etsy.by_refresh_token(desk, app=APP, refresh_token=token)

    assert shop.id == SHOP


async def test_tokens_that_waited_too_long_are_renewed_by_what_was_kept(
    desk: Desk, practice: Fixture
) -> None:
    token = await portal_token(practice)
    practice.set_faults(server_error=1.0)
    with pytest.raises(MarketplaceUnavailable):
        await etsy.by_refresh_token(desk, app=APP, refresh_token=token)
    practice.set_faults(server_error=0.0)
    practice.clock.advance(2 * 3600)

    assert (await etsy.by_refresh_token(desk, app=APP, refresh_token=token)).id == SHOP


@pytest.mark.parametrize(
    ("granted", "lost"),
    [
        (("shops_r", "listings_r", "listings_w"), ["transactions_r"]),
        (("shops_r", "transactions_r", "listings_w"), ["listings_r"]),
        (("listings_r", "transactions_r"), ["shops_r", "listings_w"]),
        (("listings_d",), ["shops_r", "listings_r", "listings_w", "transactions_r"]),
    ],
)
async def test_a_token_that_may_too_little_is_refused_by_all_that_will_not_work(
    desk: Desk, practice: Fixture, granted: tuple[str, ...], lost: list[str]
) -> None:
    token = await portal_token(practice, *granted)

    with pytest.raises(MissingScope) as refusal:
        await etsy.by_refresh_token(desk, app=APP, refresh_token=token)

    told = {scope for scope in NEEDED[Channel.ETSY] if f"without {scope} " in str(refusal.value)}
    assert told == set(lost)
    assert "connect again by the browser" in str(refusal.value)


@pytest.mark.parametrize(
    "told",
    [
        Response(404, json={"error": "Not found"}),
        Response(500, json={"error": "Internal server error"}),
        Response(200, json={}),
        Response(200, json={"scopes": "listings_r"}),
    ],
)
@pytest.mark.parametrize(
    ("granted", "lost"),
    [
        (("shops_r", "listings_r", "listings_w"), "taking in sales"),
        (("shops_r", "transactions_r", "listings_w"), "reading stock"),
        (("listings_r", "transactions_r"), "knowing which shop this is"),
    ],
)
async def test_where_etsy_does_not_tell_what_a_token_may_do_it_is_found_out_by_trying(
    desk: Desk, practice: Fixture, told: Response, granted: tuple[str, ...], lost: str
) -> None:
    elsewhere = replace(desk, http=but_for("/scopes", told, desk.http))

    with pytest.raises(MissingScope, match=lost):
        await etsy.by_refresh_token(
            elsewhere, app=APP, refresh_token=await portal_token(practice, *granted)
        )
    token = await portal_token(practice)
    assert (await etsy.by_refresh_token(elsewhere, app=APP, refresh_token=token)).id == SHOP


def but_for(path: str, answer: Response, http: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """What `http` reaches, but for one address."""

    async def answered(request: httpx2.Request) -> Response:
        if request.url.path.endswith(path):
            return answer
        return await http.send(request)

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answered))


@pytest.mark.parametrize(
    "app",
    [AppCredentials("not-the-keystring", SHARED_SECRET), AppCredentials(KEYSTRING, "wrong")],
)
async def test_a_wrong_keystring_or_secret_is_named(
    desk: Desk, practice: Fixture, app: AppCredentials
) -> None:
    token = await portal_token(practice)

    with pytest.raises(Refused):
        await etsy.by_refresh_token(desk, app=app, refresh_token=token)


async def test_a_passing_failure_does_not_waste_the_token(desk: Desk, practice: Fixture) -> None:
    practice.set_faults(refresh_500=0.5, server_error=0.3)
    token = await portal_token(practice)

    assert (await etsy.by_refresh_token(desk, app=APP, refresh_token=token)).id == SHOP
