"""A desk at which a shop on the practice Etsy is connected."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from tests.support.etsy_shop import MarketTime
from tests.support.exchanges import Overheard
from tests.support.laid_tables import lay_tables
from tests.support.practice_etsy import URL, Fixture
from tests.support.shops import key_ring

from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET, SHOP_ID
from peg.db.engine import open_database, sqlite_url
from peg.domain.identity import ShopId
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials

HTTPS = URL.replace("http:", "https:")
APP = AppCredentials(KEYSTRING, SHARED_SECRET)
SHOP = ShopId(f"etsy:{SHOP_ID}")


@asynccontextmanager
async def open_etsy_desk(practice: Fixture, app: Overheard, folder: Path) -> AsyncIterator[Desk]:
    """PEG's side of it, with an empty database in `folder`; what is said to Etsy goes to `app`."""
    database = open_database(sqlite_url(folder / "peg.db"))
    await lay_tables(database)
    yield Desk(
        database=database,
        clock=MarketTime(practice.clock),
        ring=key_ring(),
        http=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)),
        shopify_url="https://{shop}.myshopify.com",
        etsy_url=HTTPS,
        etsy_consent_url=HTTPS,
    )
    await database.close()
