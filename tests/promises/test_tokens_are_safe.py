"""Tokens are refreshed once, and are worth nothing to who steals the database."""

import asyncio
import random
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.clocks import MONDAY_NOON, MondaysClock
from tests.support.shops import APP, ETSY, connect, grant, key_ring, open_file

from peg.db.columns import metadata
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel, ShopId
from peg.marketplaces.grant import Grant
from peg.shops import directory, grants, pending, unclaimed
from peg.shops.directory import AppCredentials
from peg.shops.pending import Pending
from peg.shops.rotation import rotate_keys
from peg.shops.sealing import KeyRing, SealBroken, UnknownKey, new_key, parse_keys
from peg.shops.tables import grants as grants_table
from peg.shops.tokens import TokenSource

OTHER = ShopId("etsy:99999999")


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


class CountingEtsy:
    """Gives everybody who asks a new grant, slowly enough that all others come asking too.

    Time runs for real: of two clocks that are moved by waiting, one could run past a lease while
    the other's process has not had its turn.
    """

    def __init__(self) -> None:
        self.asked = 0

    async def renew(self, old: Grant, app: AppCredentials) -> Grant:
        assert (old.refresh_token, app) == ("refresh-1", APP)
        self.asked += 1
        for _ in range(50):
            await asyncio.sleep(0)
        return grant(2)

    def process(self, database: Database, ring: KeyRing) -> TokenSource:
        return TokenSource(
            database=database,
            clock=MondaysClock(),
            rng=random.Random(1),
            ring=ring,
            shop=ETSY,
            renew=self.renew,
        )


async def test_50_workers_at_token_expiry_refresh_once(tmp_path: Path) -> None:
    etsy, ring, file = CountingEtsy(), key_ring(), tmp_path / "peg.db"
    async with open_file(file) as ours, open_file(file) as theirs:
        await connect(ours, ring, grant(1, lasts_s=0))
        processes = [etsy.process(ours, ring), etsy.process(theirs, ring)]

        tokens = await asyncio.gather(*(one.token() for one in processes for _ in range(25)))

    assert tokens == ["access-2"] * 50
    assert etsy.asked == 1


async def test_without_a_lease_between_them_two_processes_refresh_twice(tmp_path: Path) -> None:
    etsy, ring = CountingEtsy(), key_ring()
    async with open_file(tmp_path / "a.db") as ours, open_file(tmp_path / "b.db") as theirs:
        await connect(ours, ring, grant(1, lasts_s=0))
        await connect(theirs, ring, grant(1, lasts_s=0))

        await asyncio.gather(*(etsy.process(one, ring).token() for one in (ours, theirs)))

    assert etsy.asked == 2


async def test_a_stolen_ciphertext_cannot_be_moved_to_another_row(tmp_path: Path) -> None:
    ring = key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1))
        await connect(database, ring, grant(2), shop_id=OTHER)

        async with begin(database) as session:
            stolen = await session.scalar(
                select(grants_table.c.access_token).where(grants_table.c.shop == ETSY)
            )
            await session.execute(
                update(grants_table).where(grants_table.c.shop == OTHER).values(access_token=stolen)
            )

        async with reading(database) as session:
            with pytest.raises(SealBroken):
                await grants.load(session, ring, OTHER)


async def test_after_a_rotation_the_old_key_may_be_thrown_away(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, parse_keys(old), grant(1))

        async with begin(database) as session:
            assert await rotate_keys(session, parse_keys(f"{new}\n{old}")) == 3
            assert await rotate_keys(session, parse_keys(f"{new}\n{old}")) == 0

        async with reading(database) as session:
            stored = await grants.load(session, parse_keys(new), ETSY)
            with pytest.raises(UnknownKey):
                await grants.load(session, parse_keys(old), ETSY)
    assert stored is not None
    assert stored.grant.access_token == "access-1"


async def test_a_rotation_leaves_nothing_behind_that_an_old_key_has_sealed(
    tmp_path: Path,
) -> None:
    """Every secret there is: of shops, grants, tokens nobody claimed yet, connections begun."""
    old, new = new_key(), new_key()
    ring = parse_keys(old)
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1))
        async with begin(database) as session:
            await directory.set_webhook_secret(session, ring, ETSY, "whsec_abc")
            await unclaimed.keep(session, ring, "given", grant(2), now=MONDAY_NOON)
            begun = Pending(
                channel=Channel.ETSY,
                browser="digest",
                redirect_uri="https://peg.example/back",
                app=APP,
                verifier="verifier",
            )
            await pending.remember(session, ring, begun, now=MONDAY_NOON)
            sealed = await sealed_with(session, old)

            changed = await rotate_keys(session, parse_keys(f"{new}\n{old}"))

            assert (changed, len(sealed)) == (8, 8)
            assert await sealed_with(session, old) == set()
            assert await sealed_with(session, new) == sealed


async def sealed_with(session: AsyncSession, key: str) -> set[str]:
    """Every column of any table in which something stands that this key has sealed."""
    named = parse_keys(key).current
    return {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
        for cell in await session.scalars(select(column))
        if str(cell).startswith(f"{named}.")
    }


async def test_the_database_file_holds_no_token_in_clear(tmp_path: Path) -> None:
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, key_ring(), grant(1))

    kept = everything_in(tmp_path)
    assert b"etsy:61234567" in kept  # it is the right file
    for secret in (b"access-1", b"refresh-1", b"shared-secret"):
        assert secret not in kept
