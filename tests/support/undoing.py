"""Undoing writes between the two shops, which are driven by hand."""

from tests.support.pushers import lookout, on_etsy, on_shopify
from tests.support.two_shops import SHOPIFY, TwoShops

from peg.bus.signals import Signals
from peg.db.transaction import reading
from peg.domain.identity import ShopId, Sku
from peg.propagation import written
from peg.propagation.worker import Pusher, ShopWorker
from peg.propagation.written import KeptWrite
from peg.reconciliation.undo import Undoer


def undoer(shops: TwoShops) -> Undoer:
    """Undoes writes between the two shops."""
    return Undoer(
        shops.database,
        shops.clock,
        polls=shops.polls,
        lookout=lookout(shops),
        listings={shops.etsy.market.shop: shops.etsy.market},
    )


async def push(shops: TwoShops) -> None:
    """Drive both shops to what they should show."""
    etsy = shops.etsy.market.shop
    signals = Signals(shops.database, shops.clock)
    seed = int(shops.clock.now().timestamp())  # no key of an attempt comes twice
    pushers: dict[ShopId, Pusher] = {
        SHOPIFY: on_shopify(shops, seed=seed),
        etsy: on_etsy(shops, seed=seed + 1),
    }
    for shop, pusher in pushers.items():
        worker = ShopWorker(shop, pusher, shops.database, shops.clock, signals)
        for _ in range(3):
            shops.etsy.practice.clock.advance(5)
            await worker.lower_once()
            await worker.raise_once()


async def newest(shops: TwoShops, sku: Sku, shop: ShopId) -> KeptWrite:
    """The last write to a piece's offer on a shop."""
    mine = await shops.offer(sku, shop)
    async with reading(shops.database) as session:
        return (await written.recent(session, offers=[mine.id], limit=1))[0]
