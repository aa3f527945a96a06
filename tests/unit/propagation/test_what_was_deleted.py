"""A listing may be deleted while its figure is about to be changed: nobody can change it then."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.pushers import on_etsy, on_shopify
from tests.support.two_shops import CHAIN, PATIENCE, RING, SHOPIFY, TwoShops, open_two_shops

from peg.bus.signals import Signals
from peg.catalog import offers
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId
from peg.domain.messages import OfferDrifted
from peg.ledger import counter
from peg.propagation import board
from peg.propagation.retarget import retarget
from peg.propagation.worker import Pusher, Retargeter, ShopWorker


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as opened:
        yield opened


async def sold_in_person_and_deleted(shops: TwoShops, shop: ShopId) -> None:
    """The ring's listing goes, and a chain is sold with it."""
    mine = await shops.offer(RING, shop)
    async with begin(shops.database) as session:
        now = shops.clock.now()
        for sku in (RING, CHAIN):
            await counter.sell(session, sku, 1, who="mira", now=now)
        await retarget(session, [RING, CHAIN], now=now)
        await offers.mark_gone(session, mine.id)


@pytest.mark.parametrize("channel", ["shopify", "etsy"])
async def test_what_is_deleted_is_not_driven_again_at_once_and_without_end(
    shops: TwoShops, channel: str
) -> None:
    """Of Shopify all is driven together: who did nothing about one found it due again at once."""
    pusher: Pusher = on_shopify(shops) if channel == "shopify" else on_etsy(shops)
    shop = SHOPIFY if channel == "shopify" else shops.etsy.market.shop
    signals = Signals(shops.database, shops.clock)
    worker = ShopWorker(shop, pusher, shops.database, shops.clock, signals)
    await sold_in_person_and_deleted(shops, shop)

    driven = await worker.lower_once()
    again = await worker.lower_once()

    assert (driven, again) == (1, 0)


async def test_what_is_deleted_is_no_longer_behind(shops: TwoShops) -> None:
    """Nobody can bring it to its target: it would be read again every second, for ever."""
    await sold_in_person_and_deleted(shops, shops.etsy.market.shop)
    ring, chain = [await shops.offer(sku, shops.etsy.market.shop) for sku in (RING, CHAIN)]
    retargeter = Retargeter(shops.database, shops.clock, PATIENCE.many)

    for one in (ring, chain):
        await retargeter.on_offer_drifted(OfferDrifted(shop=one.ref.shop, offer=one.id))

    async with reading(shops.database) as session:
        behind = await board.behind(session, shops.etsy.market.shop)
    assert [one.offer for one in behind] == [chain.id]
