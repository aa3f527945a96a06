"""A person pulls the switch while a write is being prepared: it is not sent any more."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from tests.support.two_shops import CHAIN, PATIENCE, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId, Sku
from peg.intake.looking import Lookout
from peg.ledger import counter
from peg.marketplaces.port import Marketplace
from peg.propagation import board, pauses
from peg.propagation.board import Standing
from peg.propagation.figures import FigurePusher
from peg.propagation.listings import ListingPusher
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget


class Interrupted(Prover):
    """Proves as ever; meanwhile somebody may pause everything."""

    def __init__(self, shops: TwoShops, lookout: Lookout, *, pausing: bool) -> None:
        super().__init__(shops.database, shops.clock, lookout, shops.polls)
        self._here = shops
        self._pausing = pausing

    async def prove(self, wanted: Sequence[OfferId]) -> frozenset[OfferId]:
        proved = await super().prove(wanted)
        if self._pausing:
            await pause(self._here)
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


def doors(shops: TwoShops) -> dict[ShopId, Marketplace]:
    etsy = shops.etsy.market
    return {SHOPIFY: shops.shopify.market, etsy.shop: etsy}


def pusher(shops: TwoShops, *, etsy: bool, pausing: bool) -> FigurePusher | ListingPusher:
    clock: Clock = shops.clock
    lookout = Lookout(shops.database, clock, doors(shops), PATIENCE)
    prover = Interrupted(shops, lookout, pausing=pausing)
    if etsy:
        return ListingPusher(
            shops.etsy.market.shop,
            shops.etsy.market,
            shops.database,
            clock,
            Random(1),
            lookout=lookout,
            prover=prover,
            patience=PATIENCE,
        )
    return FigurePusher(
        SHOPIFY,
        shops.shopify.market,
        shops.database,
        clock,
        Random(1),
        lookout=lookout,
        prover=prover,
    )


async def due(shops: TwoShops, shop: ShopId) -> Sequence[Standing]:
    chain = await shops.offer(CHAIN, shop)
    async with reading(shops.database) as session:
        found = await board.dirty(session, shop, now=shops.clock.now() + timedelta(days=1))
    return [one for one in found if one.offer == chain.id]


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
    waiting = await due(shops, shop)
    before = writes(shops)

    await pusher(shops, etsy=etsy, pausing=pausing).raise_(waiting)

    assert waiting
    assert (writes(shops) == before) is pausing
    assert bool(await due(shops, shop)) is pausing
