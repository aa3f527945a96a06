"""A jeweller with two shop windows and an empty book."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.laid_book import lay_book
from tests.support.shop_window import ShopWindow
from tests.support.shops import reporter

from peg.catalog import mirror, offers
from peg.db.columns import metadata
from peg.db.engine import Database, open_database, sqlite_url
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferRef, ShopId, Sku
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.ledger import questions
from peg.onboarding.deciding import Decider
from peg.onboarding.importing import Importer
from peg.onboarding.imports import Imported
from peg.propagation import board
from peg.propagation.retarget import retarget
from peg.reads.stock import StockRow, piece
from peg.reconciliation.run import Reconciler

RING = Sku("RING-1")


@dataclass(frozen=True, slots=True)
class Jeweller:
    database: Database
    clock: StandingClock
    shopify: ShopWindow
    etsy: ShopWindow
    importer: Importer
    decider: Decider

    async def imports(self) -> Imported:
        """Both shops are read to their end."""
        return (await self.imports_what_it_can()).whole()

    async def imports_what_it_can(self) -> Imported:
        return await self.importer.run(lambda _step, _by: None)

    async def imports_from(self, *windows: ShopWindow) -> Imported:
        """Only these shops are connected yet."""
        return (await self.imports_from_what_it_can(*windows)).whole()

    async def imports_from_what_it_can(self, *windows: ShopWindow) -> Imported:
        shops = {window.shop: window for window in windows}
        return await importer_of(self.database, self.clock, shops).run(lambda _step, _by: None)

    async def reads_orders(self) -> None:
        """As polls and webhooks bring them: nothing else of the shops is looked at."""
        shops = {window.shop: window for window in (self.shopify, self.etsy)}
        polls = Polls(self.database, self.clock, shops, Patience())
        for shop in shops:
            await polls.poll(shop)

    async def compares(self) -> Mapping[str, int]:
        """PEG compares Shopify with the book."""
        shops = {self.shopify.shop: self.shopify}
        patience = Patience()
        polls = Polls(self.database, self.clock, shops, patience)
        reconciler = Reconciler(
            self.database,
            self.clock,
            shops,
            polls=polls,
            lookout=Lookout(self.database, self.clock, shops, patience, polls=polls),
            patience=patience,
            reporter=reporter(),
        )
        return await reconciler.reconcile(self.shopify.shop)

    async def stock(self, sku: str = RING) -> StockRow:
        async with reading(self.database) as session:
            return (await piece(session, Sku(sku))).stock

    async def should_show(self, ref: OfferRef) -> int:
        return sum((await self.target(ref)).values())

    async def target(self, ref: OfferRef) -> Mapping[str, int]:
        async with reading(self.database) as session:
            offer = (await offers.by_refs(session, [ref]))[ref]
            standing = await board.standing_of(session, offer.id)
        assert standing is not None
        return standing.target.quantities

    async def expects(self, ref: OfferRef) -> Mapping[str, int]:
        """What an offer should show by all that PEG knows of it, by place."""
        async with reading(self.database) as session:
            offer = (await offers.by_refs(session, [ref]))[ref]
            rows = (await mirror.expected_of(session, [offer.id]))[offer.id]
        return {place: row.quantity for place, row in rows.items()}

    async def retarget(self, sku: str = RING) -> None:
        """What hears of changed stock does this; nobody listens here."""
        async with begin(self.database) as session:
            await retarget(session, [Sku(sku)], now=self.clock.now())

    async def questions(self) -> list[questions.Question]:
        async with reading(self.database) as session:
            return list(await questions.open_questions(session))

    async def rows(self) -> dict[str, int]:
        async with reading(self.database) as session:
            return {
                table.name: await session.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            }


def importer_of(
    database: Database, clock: StandingClock, shops: Mapping[ShopId, ShopWindow]
) -> Importer:
    patience = Patience()
    polls = Polls(database, clock, shops, patience)
    return Importer(database, clock, shops, polls=polls, patience=patience)


@asynccontextmanager
async def open_jeweller(home: Path) -> AsyncIterator[Jeweller]:
    """Both shops are empty; their clocks and PEG's begin at the same moment."""
    database = open_database(sqlite_url(home / "peg.db"))
    await lay_book(database)
    clock = StandingClock()
    shopify = ShopWindow(ShopId("shopify:gems.myshopify.com"), MONDAY_NOON)
    etsy = ShopWindow(ShopId("etsy:1001"), MONDAY_NOON)
    shops = {shopify.shop: shopify, etsy.shop: etsy}
    importer = importer_of(database, clock, shops)
    polls = Polls(database, clock, shops, Patience())
    decider = Decider(database, clock, shops, polls=polls)
    yield Jeweller(database, clock, shopify, etsy, importer, decider)
    await database.close()
