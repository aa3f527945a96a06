"""A token is refreshed early, once, and never lost."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import httpx2
import pytest
from tests.support.clocks import StandingClock
from tests.support.rotating_tokens import RotatingServer, source
from tests.support.shops import APP, ETSY, connect, grant, key_ring, open_file, shop

from peg.db.engine import Database, open_database, sqlite_url
from peg.db.errors import DatabaseLocked
from peg.db.transaction import begin, reading
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import AccessRevoked, MarketplaceUnavailable
from peg.shops import directory, grants, leases
from peg.shops.connect.desk import Desk
from peg.shops.directory import AppCredentials, Status
from peg.shops.grants import StoredGrant
from peg.shops.tokens import TokenSource, lease_name


async def test_a_token_with_more_than_five_minutes_left_is_used_as_it_is(tmp_path: Path) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=301))

        assert await source(database, ring, server).token() == "access-1"
        assert server.asked == 0


async def test_a_token_is_refreshed_five_minutes_early_and_stored_before_use(
    tmp_path: Path,
) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=300))

        assert await source(database, ring, server).token() == "access-2"

        async with reading(database) as session:
            stored = await grants.load(session, ring, ETSY)
        assert stored is not None
        assert stored.grant.refresh_token == "refresh-2"


@contextmanager
def held_by_another(file: Path) -> Iterator[Callable[[], None]]:
    """Another program; it keeps the database from the moment it is called until the block ends."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:

        def hold() -> None:
            other.execute("BEGIN IMMEDIATE")

        yield hold


async def test_a_new_token_that_cannot_be_stored_is_not_used_and_not_lost(tmp_path: Path) -> None:
    """The refresh token it was got for is dead: asking again with that would lose the shop."""
    server, ring, file = RotatingServer(StandingClock()), key_ring(), tmp_path / "peg.db"
    async with open_impatient(file) as database:
        await connect(database, ring, grant(1, lasts_s=0))
        tokens = source(database, ring, server)

        with held_by_another(file) as server.meanwhile, pytest.raises(DatabaseLocked):
            await tokens.token()

        assert await tokens.token() == "access-2"
        assert server.asked == 1
        async with reading(database) as session:
            stored = await grants.load(session, ring, ETSY)
    assert stored is not None
    assert stored.grant.refresh_token == "refresh-2"


async def test_a_new_token_that_could_not_be_stored_gives_way_to_a_newer_connection(
    tmp_path: Path,
) -> None:
    server, ring, file = RotatingServer(StandingClock()), key_ring(), tmp_path / "peg.db"
    async with open_impatient(file) as database:
        await connect(database, ring, grant(1, lasts_s=0))
        tokens = source(database, ring, server)
        with held_by_another(file) as server.meanwhile, pytest.raises(DatabaseLocked):
            await tokens.token()

        async with begin(database) as session:  # the seller connects anew; soon that ends too
            lease = await leases.seize(session, lease_name(ETSY), now=server.clock.now())
            newer = StoredGrant(grant=grant(77, lasts_s=0), fencing=lease.fencing)
            await grants.store(session, ring, ETSY, newer, now=server.clock.now())
        server.newest = 77

        assert await tokens.token() == "access-78"


@asynccontextmanager
async def open_impatient(file: Path) -> AsyncIterator[Database]:
    """The database, waiting for nobody who holds it."""
    database = open_database(f"{sqlite_url(file)}?timeout=0.05")
    yield database
    await database.close()


async def test_a_passing_500_is_tried_again(tmp_path: Path) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    server.passing_500s = 2
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=0))

        assert await source(database, ring, server).token() == "access-2"
        assert server.asked == 3


async def test_while_no_new_token_can_be_had_a_still_good_one_serves(tmp_path: Path) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    server.passing_500s = 99
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=200))
        tokens = source(database, ring, server)

        assert await tokens.token() == "access-1"
        asked = server.asked
        assert await tokens.token() == "access-1"
        assert server.asked == asked  # not at every call

        server.clock.pass_(200)
        with pytest.raises(MarketplaceUnavailable):
            await tokens.token()


async def test_a_refused_token_is_refreshed_once_for_all_who_were_refused(tmp_path: Path) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1))
        tokens = source(database, ring, server)
        assert await tokens.token() == "access-1"

        await asyncio.gather(*(tokens.refused("access-1") for _ in range(20)))

        assert await tokens.token() == "access-2"
        assert server.asked == 1


async def test_a_revoked_shop_is_marked_and_asked_no_more_until_connected_anew(
    tmp_path: Path,
) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    server.revoked = True
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=0))
        tokens = source(database, ring, server)

        for _ in range(3):
            with pytest.raises(AccessRevoked):
                await tokens.token()

        assert server.asked == 1
        async with reading(database) as session:
            assert (await directory.by_id(session, ETSY)).status is Status.REVOKED

        await connect(database, ring, grant(9))
        assert await tokens.token() == "access-9"


async def test_whoever_refreshes_too_late_takes_the_newer_grant(tmp_path: Path) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=0))

        desk = Desk(
            database=database,
            clock=server.clock,
            ring=ring,
            http=httpx2.AsyncClient(),
            shopify_url="",
            etsy_url="",
            etsy_consent_url="",
        )

        async def slow(old: Grant, app: AppCredentials) -> Grant:
            fresh = await server.renew(old, app)
            await desk.keep(shop(), APP, grant(77))  # the seller connects anew meanwhile
            return fresh

        tokens = TokenSource(
            database=database,
            clock=server.clock,
            rng=random.Random(7),
            ring=ring,
            shop=ETSY,
            renew=slow,
        )

        assert await tokens.token() == "access-77"
        assert await tokens.token() == "access-77"


async def test_a_caller_that_gives_up_does_not_lose_the_rotated_token(tmp_path: Path) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=0))
        tokens = source(database, ring, server)
        hasty = asyncio.create_task(tokens.token())
        await server.begun.wait()

        hasty.cancel()

        assert await tokens.token() == "access-2"
        assert server.asked == 1
