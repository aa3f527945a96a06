"""A write got no answer: its listing is read at once, since nothing is written there until then."""

import asyncio
from pathlib import Path

from tests.support.market_time import turns
from tests.support.pushers import due, on_etsy
from tests.support.two_shops import CHAIN, TwoShops, open_two_shops

from peg.catalog import mirror
from peg.db.transaction import begin
from peg.domain.offer import ANYWHERE
from peg.ledger import counter
from peg.propagation.retarget import retarget


async def is_unanswered(shops: TwoShops) -> None:
    """One of five chains was sold at the counter; nobody knows whether Etsy was told."""
    chain, now = await shops.offer(CHAIN, shops.etsy.market.shop), shops.clock.now()
    async with begin(shops.database) as session:
        await counter.sell(session, CHAIN, 1, who="mira", now=now)
        await mirror.note_sending(session, chain.id, ANYWHERE, 4, now=now)
        await mirror.note_unanswered(session, chain.id, ANYWHERE)
        await retarget(session, [CHAIN], now=now)


async def test_it_waits_for_nobody_who_only_looks(tmp_path: Path) -> None:
    async with open_two_shops(tmp_path) as shops:
        await is_unanswered(shops)
        pusher = on_etsy(shops)
        (group,) = await pusher.groups(await due(shops, shops.etsy.market.shop, CHAIN))
        async with shops.etsy.busy():
            read_before = shops.etsy.count().get("getListingInventory", 0)
            looking = asyncio.create_task(pusher.lower(group))
            await turns()
            read = shops.etsy.count().get("getListingInventory", 0)
        await asyncio.wait_for(looking, timeout=5)

    assert read == read_before + 1
