"""PEG's intake between the practice Shopify and the practice Etsy, on one clock, moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
from sqlalchemy import select
from tests.support.bench import open_book
from tests.support.etsy_shop import EtsyShop, MarketTime, open_etsy_shop
from tests.support.practice_etsy import URL as ETSY_URL
from tests.support.practice_etsy import catalogue as shelf_of
from tests.support.practice_etsy import typed as etsy_listing
from tests.support.practice_etsy import unit
from tests.support.shopify_shop import ShopifyShop, open_shopify_shop
from tests.support.shops import APP, key_ring, shop
from tests.unit.marketplaces.shopify.practice import SHOP

from marketsim.pieces import Catalogue, Listing, Piece, PieceId
from marketsim.shopify.credentials import CLIENT_SECRET
from peg.bus.signals import Signals
from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel, ShopId, Sku
from peg.domain.stock import StockLevel
from peg.intake.acceptor import Acceptor
from peg.intake.checker import Checker
from peg.intake.inbox import Receipt
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.intake.reception import Reception
from peg.intake.tables import inbox
from peg.ledger import queries
from peg.marketplaces.etsy.webhooks import EtsyHints, EtsySignatures
from peg.marketplaces.hints import SignatureCheck
from peg.marketplaces.open_shops import OpenShops
from peg.marketplaces.shopify.webhooks import ShopifyHints, ShopifySignatures
from peg.onboarding.importing import Importer
from peg.shops import directory
from peg.shops.directory import Status

PEG_URL = "https://peg.test"
SHOPIFY = SHOP
RING, CHAIN = Sku("RING-1"), Sku("CHAIN-1")
PATIENCE = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoShops:
    """Everything a test of the intake holds in its hands."""

    database: Database
    clock: MarketTime
    shopify: ShopifyShop
    etsy: EtsyShop
    doors: OpenShops
    polls: Polls
    checker: Checker
    acceptor: Acceptor
    reception: Reception
    lookout: Lookout

    async def lose(self, key: ShopId, status: Status) -> None:
        """A shop goes out of reach, as the engine sees it."""
        async with begin(self.database) as session:
            await directory.mark(session, key, status, "out of reach", now=self.clock.now())
        if not status.reachable:
            del self.doors[key]

    async def find(self, key: ShopId) -> None:
        """A person connects the shop again, a moment later."""
        await self.clock.sleep(1)
        self.doors[key] = self.shopify.market if key == SHOPIFY else self.etsy.market
        await _connect(self.database, [key], self.clock)

    def buys_on_shopify(self, sku: Sku, pieces: int = 1) -> str:
        return str(self.shopify.shopify.market.buy(self.shopify.units[sku], pieces))

    async def level(self, sku: Sku) -> StockLevel:
        async with reading(self.database) as session:
            return (await queries.position(session, sku)).level

    async def offer(self, sku: Sku, shop: ShopId) -> Offer:
        async with reading(self.database) as session:
            found = await offers.of_skus(session, [sku])
        return next(one for one in found if one.ref.shop == shop)

    async def looks_at(self, sku: Sku, shop: ShopId) -> set[str]:
        """PEG reads a shop's offer: what it makes of the figures that this shows."""
        offer = await self.offer(sku, shop)
        (taken,) = await self.lookout.look([offer.id])
        return {judgement.meaning.value for judgement in taken.judgements.values()}

    async def letters(self, channel: Channel) -> list[httpx2.Request]:
        """The webhooks a shop has sent since the last time."""
        heap = self.etsy.practice.letters
        if channel is Channel.SHOPIFY:
            heap = self.shopify.letters
        for _ in range(50):  # they are posted in the background
            await asyncio.sleep(0)
        sent, heap[:] = list(heap), []
        return sent

    async def deliver(self, letter: httpx2.Request) -> Receipt:
        """Hand a webhook in at PEG's front desk."""
        channel = Channel(letter.url.path.rpartition("/")[2])
        return await self.reception.receive(channel, dict(letter.headers), letter.content)

    async def outcomes(self) -> list[tuple[str, str | None]]:
        """How each kept delivery ended, by topic; None while it waits."""
        query = select(inbox.c.topic, inbox.c.outcome).order_by(inbox.c.id)
        async with reading(self.database) as session:
            return [(row.topic, row.outcome) for row in await session.execute(query)]


@asynccontextmanager
async def open_two_shops(
    home: Path,
    *,
    patience: Patience = PATIENCE,
    chains: tuple[int, ...] = (5,),
    meanwhile: Callable[[ShopifyShop, EtsyShop], None] | None = None,
) -> AsyncIterator[TwoShops]:
    """Both shops sell a single ring and a stocked chain; PEG has imported them.

    Args:
        home: for PEG's database.
        patience: how long PEG waits before it believes something.
        chains: how many of them lie at each of Shopify's places.
        meanwhile: done just before the import begins; it may have something happen during it.
    """
    etsy = open_etsy_shop(_etsy_shelf())
    etsy.practice.set_faults(receipt_lag=0)
    clock = etsy.clock
    shopify = await open_shopify_shop(etsy.practice.clock, clock, _shopify_shelf(chains))
    shops = OpenShops({SHOPIFY: shopify.market, etsy.market.shop: etsy.market})
    await shopify.market.ensure_webhooks(f"{PEG_URL}/webhooks/shopify")
    signatures: dict[ShopId, SignatureCheck] = {
        SHOPIFY: ShopifySignatures([CLIENT_SECRET]),
        etsy.market.shop: EtsySignatures(await _portal_secret(etsy)),
    }
    async with open_book(home) as database:
        await _connect(database, list(shops), clock)
        polls = Polls(database, clock, shops, patience)
        lookout = Lookout(database, clock, shops, patience, polls=polls)
        signals = Signals(database, clock)
        importer = Importer(database, clock, shops, polls=polls, patience=patience)
        if meanwhile is not None:
            meanwhile(shopify, etsy)
        (await importer.run(lambda _step, _by: None)).whole()
        etsy.practice.clock.advance(60)
        yield TwoShops(
            database=database,
            clock=clock,
            shopify=shopify,
            etsy=etsy,
            doors=shops,
            polls=polls,
            checker=Checker(
                database, clock, signals, polls=polls, lookout=lookout, patience=patience
            ),
            acceptor=Acceptor(
                database,
                clock,
                signals,
                shops=shops,
                readers={Channel.SHOPIFY: ShopifyHints(), Channel.ETSY: EtsyHints(ETSY_URL)},
                lookout=lookout,
                patience=patience,
            ),
            reception=Reception(database, clock, signatures),
            lookout=lookout,
        )
    await shopify.shopify.close()
    await etsy.practice.etsy.courier.close()


async def _connect(database: Database, shops: Sequence[ShopId], clock: MarketTime) -> None:
    """Both stand in the directory as connected just now."""
    ring = key_ring()
    async with begin(database) as session:
        for key in shops:
            await directory.store(session, ring, shop(key, connected_at=clock.now()), APP)


async def _portal_secret(etsy: EtsyShop) -> str:
    told = await etsy.practice.client.post(
        "/_portal/webhooks", json={"url": f"{PEG_URL}/webhooks/etsy"}
    )
    return str(told.json()["secret"])


def _etsy_shelf() -> Catalogue:
    return shelf_of(
        etsy_listing("Ruby ring", unit(1, sku=RING, stock=1)),
        etsy_listing("Gold chain", unit(2, sku=CHAIN, stock=5), category="NECK"),
    )


def _shopify_shelf(chains: tuple[int, ...]) -> Catalogue:
    rest = [0] * (len(chains) - 1)
    sold = {
        "Ruby ring": (unit(1, sku=RING, stock=1), (1, *rest)),
        "Gold chain": (unit(2, sku=CHAIN, stock=sum(chains)), chains),
    }
    return Catalogue(
        seed=1,
        currency="USD",
        locations=("Atelier", "Gallery", "Fair")[: len(chains)],
        pieces=tuple(_piece(one.parts[0][0], lies) for one, lies in sold.values()),
        listings=tuple(
            Listing(
                market="shopify",
                title=title,
                description=title,
                tags=(),
                category="RING",
                units=(replace(one, stock=lies),),
            )
            for title, (one, lies) in sold.items()
        ),
    )


def _piece(name: PieceId, lies: tuple[int, ...]) -> Piece:
    return Piece(
        id=name,
        name=name,
        category="RING",
        stone="RUBY",
        metal="14YG",
        weight_points=150,
        one_of_a_kind=sum(lies) == 1,
        on_hand=lies,
    )
