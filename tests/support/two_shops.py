"""PEG's intake between the practice Shopify and the practice Etsy, on one clock, moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import httpx2
from sqlalchemy import select
from tests.support.bench import open_book
from tests.support.etsy_shop import EtsyShop, MarketTime, open_etsy_shop
from tests.support.practice_etsy import URL as ETSY_URL
from tests.support.practice_etsy import catalogue as shelf_of
from tests.support.practice_etsy import typed as etsy_listing
from tests.support.practice_etsy import unit
from tests.support.shops import APP, key_ring, shop
from tests.support.spoiling import Spoiling
from tests.unit.marketplaces.shopify.practice import SHOP, URL, OneToken

from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.market import UnitId
from marketsim.pieces import Catalogue, Listing, Piece, PieceId
from marketsim.shopify import FAULTS
from marketsim.shopify.app import Shopify, build_shopify
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET
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
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.webhooks import EtsyHints, EtsySignatures
from peg.marketplaces.hints import SignatureCheck
from peg.marketplaces.http import Door
from peg.marketplaces.port import Marketplace
from peg.marketplaces.shopify import oauth
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.marketplace import ShopifyMarketplace
from peg.marketplaces.shopify.webhooks import ShopifyHints, ShopifySignatures
from peg.onboarding.importing import Importer
from peg.shops import directory

PEG_URL = "https://peg.test"
SHOPIFY = SHOP
RING, CHAIN = Sku("RING-1"), Sku("CHAIN-1")
PATIENCE = Patience()
AT_TIMES = {name: 0.0 for name, fault in FAULTS.items() if 0 < fault.rate < 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyShop:
    """The practice Shopify, PEG's door to it, and the webhooks it has sent."""

    shopify: Shopify
    market: ShopifyMarketplace
    faults: Faults
    calls: CallLog
    letters: list[httpx2.Request]
    answers: Spoiling
    units: dict[str, UnitId]

    def set_faults(self, **rates: float) -> None:
        self.faults.set_rates({f"shopify.{name}": rate for name, rate in rates.items()})

    def times(self, operation: str) -> int:
        """How often PEG has called an operation."""
        return sum(
            sum(counts.values())
            for name, counts in self.calls.counts().items()
            if name.endswith(operation)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoShops:
    """Everything a test of the intake holds in its hands."""

    database: Database
    clock: MarketTime
    shopify: ShopifyShop
    etsy: EtsyShop
    polls: Polls
    checker: Checker
    acceptor: Acceptor
    reception: Reception
    lookout: Lookout

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
    home: Path, *, patience: Patience = PATIENCE, chains: tuple[int, ...] = (5,)
) -> AsyncIterator[TwoShops]:
    """Both shops sell a single ring and a stocked chain; PEG has imported them.

    `chains` is how many of them lie at each of Shopify's places.
    """
    etsy = open_etsy_shop(_etsy_shelf())
    etsy.practice.set_faults(receipt_lag=0)
    clock = etsy.clock
    shopify = await _open_shopify(etsy.practice.clock, clock, _shopify_shelf(chains))
    shops: dict[ShopId, Marketplace] = {SHOPIFY: shopify.market, etsy.market.shop: etsy.market}
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
        await importer.run(lambda _step, _by: None)
        etsy.practice.clock.advance(60)
        yield TwoShops(
            database=database,
            clock=clock,
            shopify=shopify,
            etsy=etsy,
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


async def _open_shopify(
    market_clock: MarketClock, clock: MarketTime, shelf: Catalogue
) -> ShopifyShop:
    letters: list[httpx2.Request] = []

    def take(letter: httpx2.Request) -> httpx2.Response:
        letters.append(letter)
        return httpx2.Response(200)

    faults = Faults(FAULTS, seed=1)
    faults.set_rates(AT_TIMES)
    shopify = build_shopify(
        clock=market_clock,
        faults=faults,
        seed=1,
        http=httpx2.AsyncClient(transport=httpx2.MockTransport(take)),
        public_url=URL,
    )
    shopify.market.open(shelf)
    answers = Spoiling(httpx2.ASGITransport(app=shopify.app))
    http = httpx2.AsyncClient(transport=answers)
    grant = await oauth.client_credentials(
        http, URL, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, now=clock.now()
    )
    calls = CallLog()
    door = Door(http, clock, Random(1), shop=SHOPIFY, calls=calls)
    client = ShopifyClient(URL, door, OneToken(grant.access_token), clock)
    return ShopifyShop(
        shopify=shopify,
        market=ShopifyMarketplace(SHOPIFY, client, clock, currency="USD"),
        faults=faults,
        calls=calls,
        letters=letters,
        answers=answers,
        units={one.sku: one.unit for one in shopify.market.offered()},
    )


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
