"""The doors to the connected shops: what they share, and what each has for itself."""

import re
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from tests.support.clocks import StandingClock
from tests.support.delivery_door import PORTAL_SECRET
from tests.support.shops import connect, grant, key_ring, shop

from peg.db.transaction import begin
from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.quota import Quotas
from peg.marketplaces.port import MarketplaceUnavailable, RemoteGone
from peg.shops import directory, grants
from peg.shops.directory import AppCredentials
from peg.shops.grants import StoredGrant
from peg.wiring.doors import open_shops, signatures
from peg.wiring.ground import open_ground

FIRST, SECOND, OTHER = (ShopId(f"etsy:{number}") for number in (11, 12, 13))
GEMS = ShopId("shopify:gems.myshopify.com")
ALMOST_SPENT = {"x-limit-per-day": "10000", "x-remaining-today": "900"}


async def test_a_kept_webhook_secret_that_cannot_sign_stops_nothing_else(tmp_path: Path) -> None:
    ring = key_ring()
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=StandingClock()) as ground:
        for number, key in enumerate((FIRST, SECOND, GEMS)):
            await connect(ground.database, ring, grant(number), shop_id=key)
        async with begin(ground.database) as session:
            await directory.set_webhook_secret(session, ring, FIRST, "bad")
            await directory.set_webhook_secret(session, ring, SECOND, PORTAL_SECRET)

        believed = await signatures(ground, ring)

    assert set(believed) == {SECOND, GEMS}


async def test_all_etsy_shops_of_one_keystring_share_its_calls_and_no_other(
    tmp_path: Path,
) -> None:
    ring, clock = key_ring(), StandingClock()
    answer = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers=ALMOST_SPENT, json={"count": 0, "results": []})
    )
    async with (
        open_ground({"PEG_HOME": str(tmp_path)}, clock=clock) as ground,
        httpx2.AsyncClient(transport=answer) as http,
    ):
        await connect(ground.database, ring, grant(1), shop_id=FIRST)
        await connect(ground.database, ring, grant(2), shop_id=SECOND)
        async with begin(ground.database) as session:
            app = AppCredentials("another", "secret")
            other = replace(shop(OTHER), client_id=app.client_id)
            await directory.store(session, ring, other, app)
            stored = StoredGrant(grant=grant(3), fencing=0)
            await grants.store(session, ring, OTHER, stored, now=clock.now())
        quotas = Quotas(clock)
        shops = await open_shops(ground, ring, http, CallLog(), quotas)

        await shops[FIRST].marketplace.orders_since(None, now=clock.now())
        again = await open_shops(ground, ring, http, CallLog(), quotas)

    assert shops[SECOND].marketplace.slowed > 1
    assert shops[OTHER].marketplace.slowed == 1
    assert again[SECOND].marketplace.slowed > 1  # also after a shop was connected meanwhile


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, {"https://gems.myshopify.com", "https://api.etsy.com"}),
        (
            {
                "PEG_SHOPIFY_URL": "http://127.0.0.1:4001/{shop}",
                "PEG_ETSY_URL": "http://127.0.0.1:4002",
            },
            {"http://127.0.0.1:4001/gems", "http://127.0.0.1:4002"},
        ),
    ],
    ids=["real", "practice"],
)
async def test_shops_are_asked_where_the_settings_say_and_nowhere_else(
    tmp_path: Path, settings: dict[str, str], asked: set[str]
) -> None:
    hosts: set[str] = set()

    def answer(request: httpx2.Request) -> httpx2.Response:
        hosts.add(re.split(r"/(?:admin|v3)/", str(request.url))[0])
        return httpx2.Response(404, json={"error": "not here"})

    ring, clock = key_ring(), StandingClock()
    async with (
        open_ground({"PEG_HOME": str(tmp_path), **settings}, clock=clock) as ground,
        httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as http,
    ):
        for key in (GEMS, FIRST):
            await connect(ground.database, ring, grant(1), shop_id=key)
        for one in (await open_shops(ground, ring, http, CallLog(), Quotas(clock))).values():
            with pytest.raises((RemoteGone, MarketplaceUnavailable)):
                await one.marketplace.orders_since(None, now=clock.now())

    assert hosts == asked
