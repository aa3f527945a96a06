"""When the answer to a refresh is lost, the shop is not.

Shopify takes the refresh token that was used until its replacement is used, so PEG tries the one it
has stored again: at once, and after a crash too. Etsy is known to give no such grace; there the
access is lost with the answer, and PEG says so.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.support.clocks import StandingClock
from tests.support.practice_etsy import let_in, open_etsy
from tests.support.shops import APP, ETSY, connect, key_ring, open_file
from tests.unit.marketsim.shopify.rehearsal import URL as SHOPIFY_URL
from tests.unit.marketsim.shopify.rehearsal import Rehearsal, rehearse
from tests.unit.marketsim.shopify.test_oauth import consent

from marketsim.etsy.credentials import KEYSTRING
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SHOP_DOMAIN
from peg.db.engine import Database
from peg.db.transaction import reading
from peg.domain.identity import ShopId
from peg.marketplaces.etsy import oauth as etsy_oauth
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import AccessRevoked, MarketplaceUnavailable
from peg.marketplaces.shopify import oauth as shopify_oauth
from peg.shops import directory
from peg.shops.directory import AppCredentials, Status
from peg.shops.sealing import KeyRing
from peg.shops.tokens import ATTEMPTS_MAX, Renew, TokenSource

SHOPIFY = ShopId(f"shopify:{SHOP_DOMAIN}")
HOUR_S = 3_600


@asynccontextmanager
async def practice_shopify() -> AsyncIterator[tuple[Rehearsal, StandingClock, Grant, Renew]]:
    """The practice shop, a grant that it gave and that has ended, and how PEG asks for more."""
    practice, clock = await rehearse(), StandingClock()
    given = await shopify_oauth.exchange_code(
        practice.http,
        SHOPIFY_URL,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        code=(await consent(practice))["code"],
        now=clock.now(),
    )

    async def renew(old: Grant, app: AppCredentials) -> Grant:
        assert app == APP
        return await shopify_oauth.refresh(
            practice.http,
            SHOPIFY_URL,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
            refresh_token=old.refresh_token,
            now=clock.now(),
        )

    practice.clock.advance(HOUR_S)
    clock.pass_(HOUR_S)
    yield practice, clock, given, renew
    await practice.shopify.close()
    await practice.http.aclose()


def a_process(
    database: Database, ring: KeyRing, clock: StandingClock, shop: ShopId, renew: Renew
) -> TokenSource:
    return TokenSource(
        database=database, clock=clock, rng=random.Random(7), ring=ring, shop=shop, renew=renew
    )


async def status_of(database: Database, shop: ShopId) -> Status:
    async with reading(database) as session:
        return (await directory.by_id(session, shop)).status


async def test_the_stored_refresh_token_is_tried_again_at_once(tmp_path: Path) -> None:
    ring = key_ring()
    async with (
        practice_shopify() as (practice, clock, given, renew),
        open_file(tmp_path / "p") as db,
    ):
        await connect(db, ring, given, shop_id=SHOPIFY)
        answers = 0

        async def loses_the_first(old: Grant, app: AppCredentials) -> Grant:
            nonlocal answers
            answers += 1
            practice.switch(response_lost=1 if answers == 1 else 0)
            return await renew(old, app)

        practice.token = await a_process(db, ring, clock, SHOPIFY, loses_the_first).token()

        assert answers == 2
        assert (await practice.post("ShopInfo", {})).status_code == 200
        assert await status_of(db, SHOPIFY) is Status.CONNECTED


async def test_the_next_process_gets_in_with_what_the_one_before_had_stored(tmp_path: Path) -> None:
    """All its answers lost, the first ends; the refresh token in the database was used by then."""
    ring = key_ring()
    async with (
        practice_shopify() as (practice, clock, given, renew),
        open_file(tmp_path / "p") as db,
    ):
        await connect(db, ring, given, shop_id=SHOPIFY)
        practice.switch(response_lost=1)
        with pytest.raises(MarketplaceUnavailable):
            await a_process(db, ring, clock, SHOPIFY, renew).token()
        assert practice.faults.struck["shopify.response_lost"] == ATTEMPTS_MAX
        assert await status_of(db, SHOPIFY) is Status.CONNECTED

        practice.switch(response_lost=0)
        practice.token = await a_process(db, ring, clock, SHOPIFY, renew).token()

        assert (await practice.post("ShopInfo", {})).status_code == 200


@pytest.mark.parametrize(
    ("old_lives", "expected"),
    [(0, Status.REVOKED), (1, Status.CONNECTED)],
    ids=["as far as known", "if Etsy is kind"],
)
async def test_etsy_takes_the_access_away_unless_it_lets_the_old_token_live(
    tmp_path: Path, old_lives: float, expected: Status
) -> None:
    ring, clock, etsy = key_ring(), StandingClock(), await let_in(open_etsy())
    etsy.set_faults(old_refresh_lives=old_lives)
    given = etsy.etsy.shop.grants.by_hand()
    first = Grant(
        access_token=str(given["access_token"]),
        access_until=clock.now(),
        refresh_token=str(given["refresh_token"]),
    )
    asked = 0

    async def loses_the_first(old: Grant, _: AppCredentials) -> Grant:
        nonlocal asked
        asked += 1
        etsy.set_faults(response_lost=1 if asked == 1 else 0)
        assert old.refresh_token is not None
        return await etsy_oauth.refresh(
            etsy.client,
            str(etsy.client.base_url).rstrip("/"),
            keystring=KEYSTRING,
            refresh_token=old.refresh_token,
            now=clock.now(),
        )

    async with open_file(tmp_path / "p") as db:
        await connect(db, ring, first)
        process = a_process(db, ring, clock, ETSY, loses_the_first)
        if expected is Status.REVOKED:
            with pytest.raises(AccessRevoked, match="connect the shop again"):
                await process.token()
        else:
            await process.token()

        assert await status_of(db, ETSY) is expected
