"""Only a refusal in OAuth's own words ends a connection; whatever else is in the way may pass."""

import random
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.clocks import StandingClock
from tests.support.desks import answering, desk_of
from tests.support.shops import APP, connect, grant, key_ring, open_file

from peg.db.transaction import reading
from peg.domain.errors import PegError
from peg.domain.identity import ShopId
from peg.marketplaces.etsy import oauth as etsy_oauth
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import (
    AccessRevoked,
    MarketplaceUnavailable,
    NoToken,
    ShopFrozen,
)
from peg.marketplaces.shopify import oauth as shopify_oauth
from peg.shops import directory
from peg.shops.connect import shopify as shopify_flow
from peg.shops.directory import AppCredentials, Status
from peg.shops.tokens import Renew, TokenSource
from peg.wiring.ground import open_ground

SHOPIFY = ShopId("shopify:gems.myshopify.com")
OAUTHS_WORDS = {"error": "invalid_grant", "error_description": "The refresh token is revoked."}
A_PAGE = "<!doctype html><p>This shop is unavailable.</p>"

IN_THE_WAY: dict[int, type[PegError]] = {
    400: NoToken,
    401: NoToken,
    402: ShopFrozen,
    403: NoToken,
    404: MarketplaceUnavailable,
    408: MarketplaceUnavailable,
    423: ShopFrozen,
    425: MarketplaceUnavailable,
    429: MarketplaceUnavailable,
    430: MarketplaceUnavailable,
    503: MarketplaceUnavailable,
}


def renewal(http: httpx2.AsyncClient, clock: StandingClock) -> Renew:
    async def renew(old: Grant, app: AppCredentials) -> Grant:
        return await shopify_oauth.refresh(
            http,
            "https://gems.myshopify.com",
            client_id=app.client_id,
            client_secret=app.client_secret,
            refresh_token=old.refresh_token,
            now=clock.now(),
        )

    return renew


async def asked_for_a_token(
    tmp_path: Path, status: int, **answer: Any
) -> tuple[PegError | None, Status]:
    """What became of asking for a token that has ended, and how the shop is marked after it."""
    clock, ring, http = StandingClock(), key_ring(), answering(status, **answer)
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=0), shop_id=SHOPIFY)
        source = TokenSource(
            database=database,
            clock=clock,
            rng=random.Random(7),
            ring=ring,
            shop=SHOPIFY,
            renew=renewal(http, clock),
        )
        try:
            await source.token()
            error = None
        except PegError as raised:
            error = raised
        async with reading(database) as session:
            return error, (await directory.by_id(session, SHOPIFY)).status


@pytest.mark.parametrize("status", IN_THE_WAY)
async def test_a_closed_blocked_or_failing_shopify_is_not_taken_for_one_that_threw_peg_out(
    tmp_path: Path, status: int
) -> None:
    error, marked = await asked_for_a_token(tmp_path, status, text=A_PAGE)

    assert type(error) is IN_THE_WAY[status]
    assert marked is Status.CONNECTED


@pytest.mark.parametrize("status", [400, 401])
async def test_one_that_says_so_in_oauths_words_is(tmp_path: Path, status: int) -> None:
    error, marked = await asked_for_a_token(tmp_path, status, json=OAUTHS_WORDS)

    assert type(error) is AccessRevoked
    assert "invalid_grant" in str(error)
    assert marked is Status.REVOKED


@pytest.mark.parametrize("status", [402, 403])
async def test_words_of_oauth_beside_another_status_end_nothing(
    tmp_path: Path, status: int
) -> None:
    error, marked = await asked_for_a_token(tmp_path, status, json=OAUTHS_WORDS)

    assert type(error) is IN_THE_WAY[status]
    assert marked is Status.CONNECTED


async def test_a_shop_that_shopify_does_not_know_is_told_with_what_to_look_at(
    tmp_path: Path,
) -> None:
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=StandingClock()) as ground:
        desk = desk_of(ground, answering(404, text="Not found"))

        with pytest.raises(MarketplaceUnavailable, match=r"https://gems\.myshopify\.com.*name"):
            await shopify_flow.by_credentials(desk, shop="gems", app=APP)


async def test_an_etsy_that_is_not_there_says_nothing_about_a_listing() -> None:
    """A 404 of the token server must not be read as one of the listing that was asked for."""
    with pytest.raises(MarketplaceUnavailable):
        await etsy_oauth.refresh(
            answering(404, json={"error": "Resource not found"}),
            "https://api.etsy.com",
            keystring="key",
            refresh_token="token",
            now=StandingClock().now(),
        )
