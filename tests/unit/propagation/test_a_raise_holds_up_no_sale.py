"""What is sold of a listing comes off it at once, also while a raise of it waits for calls."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.market_time import turns
from tests.support.pushers import due, lookout, on_etsy
from tests.support.two_shops import CHAIN, PATIENCE, TwoShops, open_two_shops

from peg.db.transaction import begin
from peg.domain.identity import OfferId
from peg.ledger import counter
from peg.propagation.board import Standing
from peg.propagation.evidence import Proof
from peg.propagation.listings import ListingPusher
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget


class HeldUp(Prover):
    """Once it has proved something, it lets others ask for calls before it tells."""

    def __init__(self, shops: TwoShops) -> None:
        super().__init__(
            shops.database, shops.clock, lookout(shops), shops.polls, many=PATIENCE.many
        )
        self.has_proved, self.goes_on = asyncio.Event(), asyncio.Event()

    async def prove(self, wanted: Sequence[OfferId]) -> Mapping[OfferId, Proof]:
        found = await super().prove(wanted)
        self.has_proved.set()
        await self.goes_on.wait()
        return found


async def test_a_piece_sold_while_a_raise_of_its_listing_waits_for_calls_comes_off_at_once(
    tmp_path: Path,
) -> None:
    async with open_two_shops(tmp_path) as shops:
        prover = HeldUp(shops)
        pusher = on_etsy(shops, proving=prover)
        await counted(shops, received=2)
        raising = asyncio.create_task(pusher.raise_(await waiting(shops)))
        await prover.has_proved.wait()
        async with shops.etsy.busy():
            prover.goes_on.set()
            await turns()
            calls_of_the_raise = shops.etsy.count().get("updateListingInventory", 0)
            await counted(shops, sold=4)

            await asyncio.wait_for(lower(shops, pusher), timeout=5)

            shown = shows(shops)
        await asyncio.wait_for(raising, timeout=5)

    assert calls_of_the_raise == 0
    assert shown == 5 + 2 - 4
    assert shows(shops) == shown


async def counted(shops: TwoShops, *, received: int = 0, sold: int = 0) -> None:
    now = shops.clock.now()
    async with begin(shops.database) as session:
        if received:
            await counter.receive(session, CHAIN, received, who="mira", now=now)
        if sold:
            await counter.sell(session, CHAIN, sold, who="mira", now=now)
        await retarget(session, [CHAIN], now=now)


async def waiting(shops: TwoShops) -> Sequence[Standing]:
    return await due(shops, shops.etsy.market.shop, CHAIN)


async def lower(shops: TwoShops, pusher: ListingPusher) -> None:
    (group,) = await pusher.groups(await waiting(shops))
    await pusher.lower(group)


def shows(shops: TwoShops) -> int:
    listing = str(shops.etsy.practice.listing_of(CHAIN))
    return int(shops.etsy.products_of(listing)[0]["quantity"])
