import asyncio
import json
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.clocks import RealClock
from tests.support.laid_book import lay_book

from peg.db.transaction import begin
from peg.domain.identity import Channel, ShopId
from peg.intake.reception import Unsigned
from peg.marketplaces.grant import Grant
from peg.shops import directory, grants
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.grants import StoredGrant
from peg.wiring.ground import open_ground
from peg.wiring.peg import Peg, open_peg
from peg.workers.embedded import Embedded

ETSY = ShopId("etsy:61234567")
PATIENCE_S = 20.0


async def connect_etsy(peg: Peg) -> None:
    now = peg.ground.clock.now()
    shop = Shop(
        id=ETSY,
        channel=Channel.ETSY,
        name="Gems",
        currency="USD",
        status=Status.CONNECTED,
        status_sentence="",
        scopes=frozenset(),
        client_id="key",
        connected_at=now,
    )
    grant = Grant(access_token="1.token", access_until=None)
    async with begin(peg.ground.database) as session:
        await directory.store(session, peg.ring, shop, AppCredentials("key", "shared"))
        await grants.store(session, peg.ring, ETSY, StoredGrant(grant=grant, fencing=1), now=now)


async def test_a_shop_connected_while_peg_runs_is_taken_in_without_a_restart(
    tmp_path: Path,
) -> None:
    # Nothing listens on port 9: the shop's own loops fail and go on trying.
    environment = {"PEG_HOME": str(tmp_path), "PEG_ETSY_URL": "http://127.0.0.1:9"}
    async with (
        open_ground(environment, clock=RealClock(), log_level="error") as ground,
        open_peg(ground) as peg,
    ):
        await lay_book(ground.database)
        work = await Embedded.prepare(peg)
        running = asyncio.ensure_future(work.run())
        body = json.dumps({"event_type": "order.paid", "shop_id": 61234567}).encode()
        with pytest.raises(Unsigned):
            await work.receive(Channel.ETSY, {}, body)
        assert not work.engine.shops

        await connect_etsy(peg)
        async with asyncio.timeout(PATIENCE_S):
            while ETSY not in work.engine.shops:
                await ground.clock.sleep(0.05)

        assert not running.done()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_peg_can_be_stopped_while_a_shop_is_taken_out(tmp_path: Path) -> None:
    environment = {"PEG_HOME": str(tmp_path), "PEG_ETSY_URL": "http://127.0.0.1:9"}
    async with (
        open_ground(environment, clock=RealClock(), log_level="error") as ground,
        open_peg(ground) as peg,
    ):
        await lay_book(ground.database)
        await connect_etsy(peg)
        work = await Embedded.prepare(peg)
        running = asyncio.ensure_future(work.run())
        await asyncio.sleep(0.1)
        async with begin(ground.database) as session:
            await directory.mark(
                session, ETSY, Status.DISCONNECTED, "by hand", now=ground.clock.now()
            )

        following = asyncio.ensure_future(work.follow())
        async with asyncio.timeout(PATIENCE_S):
            while not any(one.cancelling() for one in asyncio.all_tasks()):
                await ground.clock.sleep(0)
        following.cancel()
        await asyncio.wait({following}, timeout=PATIENCE_S)

        assert following.cancelled()
        running.cancel()
        await asyncio.wait({running}, timeout=PATIENCE_S)
        assert running.done()
