"""A person pulls the switch while a write is being prepared, or its proof grows old: not sent."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
from tests.support.pushers import due, lookout, on_etsy, on_shopify
from tests.support.two_shops import CHAIN, PATIENCE, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin
from peg.domain.identity import OfferId, Sku
from peg.ledger import counter
from peg.propagation import pauses
from peg.propagation.evidence import GOOD_FOR, Proof
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget


class Interrupted(Prover):
    """Proves as ever; meanwhile somebody may pause everything, or time goes by."""

    def __init__(self, shops: TwoShops, *, pausing: bool = False, waits_s: float = 0) -> None:
        super().__init__(
            shops.database, shops.clock, lookout(shops), shops.polls, many=PATIENCE.many
        )
        self._here = shops
        self._pausing = pausing
        self._waits_s = waits_s

    async def prove(self, wanted: Sequence[OfferId]) -> Mapping[OfferId, Proof]:
        proved = await super().prove(wanted)
        if self._pausing:
            await pause(self._here)
        self._here.etsy.practice.clock.advance(self._waits_s)
        return proved


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def pause(shops: TwoShops) -> None:
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await pauses.pause(session, pauses.EVERYTHING, who="mira", why="a fair", now=now)


async def receive(shops: TwoShops, sku: Sku, pieces: int) -> None:
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await counter.receive(session, sku, pieces, who="mira", now=now)
        await retarget(session, [sku], now=now)


def writes(shops: TwoShops) -> int:
    etsy = shops.etsy.count()
    return (
        shops.shopify.times("InventorySet")
        + etsy.get("updateListing", 0)
        + etsy.get("updateListingInventory", 0)
    )


@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
@pytest.mark.parametrize("pausing", [True, False], ids=["paused", "not paused"])
async def test_a_raise_that_is_already_proved_is_not_sent_once_somebody_pauses(
    shops: TwoShops, *, etsy: bool, pausing: bool
) -> None:
    shop = shops.etsy.market.shop if etsy else SHOPIFY
    await receive(shops, CHAIN, 2)
    waiting = await due(shops, shop, CHAIN)
    before = writes(shops)

    proving = Interrupted(shops, pausing=pausing)
    pusher = (on_etsy if etsy else on_shopify)(shops, proving=proving)
    await pusher.raise_(waiting)

    assert waiting
    assert (writes(shops) == before) is pausing
    assert bool(await due(shops, shop, CHAIN)) is pausing


@pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])
@pytest.mark.parametrize("late", [False, True], ids=["in time", "too late"])
async def test_a_raise_that_had_to_wait_for_too_long_is_proved_anew(
    shops: TwoShops, *, etsy: bool, late: bool
) -> None:
    shop = shops.etsy.market.shop if etsy else SHOPIFY
    await receive(shops, CHAIN, 2)
    waiting = await due(shops, shop, CHAIN)
    before = writes(shops)

    proving = Interrupted(shops, waits_s=GOOD_FOR.total_seconds() + (30 if late else -30))
    await (on_etsy if etsy else on_shopify)(shops, proving=proving).raise_(waiting)

    assert (writes(shops) == before) is late
    assert bool(await due(shops, shop, CHAIN)) is late
