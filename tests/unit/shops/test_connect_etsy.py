"""Connecting an Etsy shop, against the practice Etsy's own OAuth server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from tests.support.clocks import StandingClock
from tests.support.desks import desk_of, refusing
from tests.support.etsy_desk import APP, HTTPS, SHOP, open_etsy_desk
from tests.support.exchanges import Overheard
from tests.support.laid_book import lay_book
from tests.support.practice_etsy import Fixture, open_etsy

from marketsim.etsy.credentials import SHOP_NAME
from peg.db.transaction import reading
from peg.marketplaces.port import (
    AccessRevoked,
    BadCallback,
)
from peg.shops import directory, grants
from peg.shops.addresses import InsecureUrl
from peg.shops.connect import etsy
from peg.shops.connect.desk import ConnectionDeclined, Desk
from peg.shops.directory import Status
from peg.shops.pending import CallbackExpired
from peg.wiring.ground import open_ground

BACK = "http://localhost:3003/oauth/redirect"


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
    async with open_etsy_desk(practice, overheard, tmp_path) as desk:
        yield desk


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

    with pytest.raises(AccessRevoked, match=r"that code no more: .*Begin the connection again"):
        await etsy.finish(desk, ours | {"code": theirs["code"]}, browser="cookie")


async def test_without_any_setting_etsy_itself_is_asked_and_no_other_host(tmp_path: Path) -> None:
    hosts: list[str] = []
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=StandingClock()) as ground:
        await lay_book(ground.database)
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
