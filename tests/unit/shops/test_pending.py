"""A connection begun in a browser can be finished once, soon, and only there."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.support.clocks import MONDAY_NOON
from tests.support.laid_tables import lay_tables
from tests.support.shops import APP, key_ring

from peg.db.engine import Database, open_database, sqlite_url
from peg.db.transaction import begin
from peg.domain.identity import Channel
from peg.marketplaces.port import BadCallback
from peg.shops.pending import (
    LASTS_S,
    CallbackExpired,
    Pending,
    digest,
    new_secret,
    remember,
    take,
)
from peg.shops.tables import oauth_states

RING = key_ring()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    await lay_tables(database)
    yield database
    await database.close()


def begun(browser: str = "cookie") -> Pending:
    return Pending(
        channel=Channel.ETSY,
        browser=digest(browser),
        redirect_uri="https://peg.example/back",
        app=APP,
        verifier=new_secret(),
    )


async def kept(database: Database, pending: Pending) -> str:
    async with begin(database) as session:
        return await remember(session, RING, pending, now=MONDAY_NOON)


async def taken(
    database: Database, state: str, *, later_s: float = 0, channel: str = "etsy"
) -> Pending:
    async with begin(database) as session:
        now = MONDAY_NOON + timedelta(seconds=later_s)
        return await take(session, RING, state, channel=Channel(channel), now=now)


async def test_what_was_begun_comes_back_whole(database: Database) -> None:
    pending = begun()

    assert await taken(database, await kept(database, pending)) == pending


async def test_it_can_be_taken_only_once(database: Database) -> None:
    state = await kept(database, begun())
    await taken(database, state)

    with pytest.raises(CallbackExpired):
        await taken(database, state)


async def test_it_ends_after_ten_minutes(database: Database) -> None:
    state = await kept(database, begun())

    with pytest.raises(CallbackExpired):
        await taken(database, state, later_s=LASTS_S)


async def test_a_state_of_the_other_marketplace_or_of_nobody_is_none(database: Database) -> None:
    state = await kept(database, begun())

    with pytest.raises(CallbackExpired):
        await taken(database, state, channel="shopify")
    with pytest.raises(CallbackExpired):
        await taken(database, new_secret())


async def test_another_browser_cannot_finish_it(database: Database) -> None:
    pending = await taken(database, await kept(database, begun("cookie")))

    pending.check_browser("cookie")
    with pytest.raises(BadCallback):
        pending.check_browser("another cookie")


async def test_old_ones_are_swept_away(database: Database) -> None:
    await kept(database, begun())

    async with begin(database) as session:
        later = MONDAY_NOON + timedelta(seconds=LASTS_S)
        await remember(session, RING, begun(), now=later)
        assert await session.scalar(select(func.count()).select_from(oauth_states)) == 1


async def test_neither_state_nor_verifier_stands_in_the_database_in_clear(
    database: Database,
) -> None:
    pending = begun()
    state = await kept(database, pending)

    async with begin(database) as session:
        row = str((await session.execute(select(oauth_states))).one())

    for secret in (state, pending.verifier, "cookie", APP.client_secret):
        assert secret not in row


def test_a_verifier_has_a_length_that_pkce_allows() -> None:
    assert 43 <= len(new_secret()) <= 128
