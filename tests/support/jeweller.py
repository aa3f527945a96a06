"""A jeweller with two shop windows and an empty book."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.shop_window import ShopWindow

from peg.catalog import offers
from peg.db.columns import metadata
from peg.db.engine import Database, open_database, sqlite_url
from peg.db.transaction import reading
from peg.domain.identity import OfferRef, ShopId, Sku
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.ledger import questions
from peg.migrations.schema import ensure_current
from peg.onboarding.deciding import Decider
from peg.onboarding.importing import Imported, Importer
from peg.propagation import board
from peg.reads.stock import StockRow, piece

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
        return await self.importer.run(lambda _step, _by: None)

    async def stock(self, sku: str = RING) -> StockRow:
        async with reading(self.database) as session:
            return (await piece(session, Sku(sku))).stock

    async def should_show(self, ref: OfferRef) -> int:
        async with reading(self.database) as session:
            offer = (await offers.by_refs(session, [ref]))[ref]
            standing = await board.standing_of(session, offer.id)
        assert standing is not None
        return standing.target.total

    async def questions(self) -> list[questions.Question]:
        async with reading(self.database) as session:
            return list(await questions.open_questions(session))

    async def rows(self) -> dict[str, int]:
        async with reading(self.database) as session:
            return {
                table.name: await session.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
            }


@asynccontextmanager
async def open_jeweller(home: Path) -> AsyncIterator[Jeweller]:
    """Both shops are empty; their clocks and PEG's begin at the same moment."""
    database = open_database(sqlite_url(home / "peg.db"))
    await ensure_current(database)
    clock = StandingClock()
    shopify = ShopWindow(ShopId("shopify:gems.myshopify.com"), MONDAY_NOON)
    etsy = ShopWindow(ShopId("etsy:1001"), MONDAY_NOON)
    shops = {shopify.shop: shopify, etsy.shop: etsy}
    patience = Patience()
    polls = Polls(database, clock, shops, patience)
    importer = Importer(database, clock, shops, polls=polls, patience=patience)
    decider = Decider(database, clock, shops)
    yield Jeweller(database, clock, shopify, etsy, importer, decider)
    await database.close()
