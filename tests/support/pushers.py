"""What drives the offers of the two shops, put together by hand."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random

from tests.support.shops import reporter
from tests.support.two_shops import PATIENCE, SHOPIFY, TwoShops

from peg.db.transaction import reading
from peg.domain.identity import ShopId, Sku
from peg.intake.looking import Lookout
from peg.marketplaces.port import Marketplace
from peg.marketplaces.writers import ConditionalWriter, ListingWriter
from peg.propagation import board
from peg.propagation.board import Standing
from peg.propagation.figures import FigurePusher
from peg.propagation.listings import ListingPusher
from peg.propagation.proof import Prover
from peg.reconciliation.run import Reconciler


def doors(shops: TwoShops) -> Mapping[ShopId, Marketplace]:
    return {SHOPIFY: shops.shopify.market, shops.etsy.market.shop: shops.etsy.market}


def lookout(shops: TwoShops) -> Lookout:
    return Lookout(shops.database, shops.clock, doors(shops), PATIENCE, polls=shops.polls)


def prover(shops: TwoShops) -> Prover:
    return Prover(shops.database, shops.clock, lookout(shops), shops.polls, many=PATIENCE.many)


def reconciler(shops: TwoShops) -> Reconciler:
    return Reconciler(
        shops.database,
        shops.clock,
        doors(shops),
        polls=shops.polls,
        lookout=lookout(shops),
        patience=PATIENCE,
        reporter=reporter(),
    )


def on_shopify(
    shops: TwoShops,
    *,
    through: ConditionalWriter | None = None,
    proving: Prover | None = None,
    seed: int = 1,
) -> FigurePusher:
    return FigurePusher(
        SHOPIFY,
        through or shops.shopify.market,
        shops.database,
        shops.clock,
        Random(seed),
        lookout=lookout(shops),
        prover=proving or prover(shops),
    )


def on_etsy(
    shops: TwoShops,
    *,
    through: ListingWriter | None = None,
    proving: Prover | None = None,
    seed: int = 1,
) -> ListingPusher:
    return ListingPusher(
        shops.etsy.market.shop,
        through or shops.etsy.market,
        shops.database,
        shops.clock,
        Random(seed),
        lookout=lookout(shops),
        prover=proving or prover(shops),
        patience=PATIENCE,
    )


async def due(shops: TwoShops, shop: ShopId, sku: Sku) -> Sequence[Standing]:
    """The piece's offer on a shop, if it is on its way to a target."""
    mine = await shops.offer(sku, shop)
    async with reading(shops.database) as session:
        found = await board.dirty(session, shop, now=shops.clock.now() + timedelta(days=1))
    return [one for one in found if one.offer == mine.id]
