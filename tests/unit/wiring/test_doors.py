"""The doors to the connected shops: what they share, and what each has for itself."""

from dataclasses import replace
from pathlib import Path

import httpx2
from tests.support.clocks import StandingClock
from tests.support.shops import connect, grant, key_ring, shop

from peg.db.transaction import begin
from peg.domain.identity import ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.quota import Quotas
from peg.shops import directory, grants
from peg.shops.directory import AppCredentials
from peg.shops.grants import StoredGrant
from peg.wiring.doors import open_shops
from peg.wiring.ground import open_ground

FIRST, SECOND, OTHER = (ShopId(f"etsy:{number}") for number in (11, 12, 13))
ALMOST_SPENT = {"x-limit-per-day": "10000", "x-remaining-today": "900"}


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
