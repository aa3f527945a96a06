"""A database with one connected Etsy shop in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.clocks import MONDAY_NOON
from tests.support.laid_tables import lay_tables

from peg.db.engine import Database, open_database, sqlite_url
from peg.db.transaction import begin
from peg.domain.identity import Channel, ShopId
from peg.marketplaces.grant import Grant
from peg.reconciliation.reporter import Reporter
from peg.shops import directory, grants
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.grants import StoredGrant
from peg.shops.sealing import KeyRing, new_key, parse_keys

ETSY = ShopId("etsy:61234567")
APP = AppCredentials("keystring", "shared-secret")


def key_ring() -> KeyRing:
    return parse_keys(new_key())


SIGNED_BY = parse_keys(new_key())
"""One ring for all who sign in the same book."""


def reporter() -> Reporter:
    return Reporter(SIGNED_BY, alert_share=0.01)


def shop(shop_id: ShopId = ETSY, *, connected_at: datetime = MONDAY_NOON) -> Shop:
    return Shop(
        id=shop_id,
        channel=Channel(shop_id.partition(":")[0]),
        name="Gems by Ada",
        currency="USD",
        status=Status.CONNECTED,
        status_sentence="",
        scopes=frozenset({"listings_r"}),
        client_id=APP.client_id,
        connected_at=connected_at,
    )


def grant(number: int, *, lasts_s: float = 3600) -> Grant:
    return Grant(
        access_token=f"access-{number}",
        access_until=MONDAY_NOON + timedelta(seconds=lasts_s),
        refresh_token=f"refresh-{number}",
    )


@asynccontextmanager
async def open_file(file: Path) -> AsyncIterator[Database]:
    database = open_database(sqlite_url(file))
    try:
        yield database
    finally:
        await database.close()


async def connect(
    database: Database, ring: KeyRing, first: Grant, *, shop_id: ShopId = ETSY
) -> None:
    await lay_tables(database)
    async with begin(database) as session:
        await directory.store(session, ring, shop(shop_id), APP)
        stored = StoredGrant(grant=first, fencing=0)
        await grants.store(session, ring, shop_id, stored, now=MONDAY_NOON)
