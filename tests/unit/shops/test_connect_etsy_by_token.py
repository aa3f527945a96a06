"""Connecting an Etsy shop with a refresh token that was got elsewhere, and what it may do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from httpx2 import Response
from tests.support.etsy_desk import APP, SHOP, open_etsy_desk
from tests.support.exchanges import Overheard
from tests.support.practice_etsy import KEY, Fixture, good, open_etsy

from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET
from peg.domain.identity import Channel
from peg.marketplaces.port import AccessRevoked, MarketplaceUnavailable, MissingScope, Refused
from peg.shops.connect import etsy
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials
from peg.shops.scopes import NEEDED


@pytest.fixture
def practice() -> Fixture:
    return open_etsy()


@pytest.fixture
async def desk(practice: Fixture, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_etsy_desk(practice, Overheard(practice.etsy.app), tmp_path) as desk:
        yield desk


async def portal_token(practice: Fixture, *scopes: str) -> str:
    asked = {"scopes": list(scopes)}
    told = good(await practice.client.post("/_portal/tokens", json=asked, headers=KEY))
    return str(told["refresh_token"])


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
