"""Work that comes together shares a commit, and none of it shares another's trouble."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from tests.support.bench import NOON, SHOPIFY, open_book

from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import reading
from peg.intake import inbox
from peg.intake.inbox import Receipt, record_once
from peg.intake.waiting_room import due


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        yield database


def keep(commits: SharedCommits, name: str) -> Awaitable[Receipt]:
    """Keep a delivery, as the reception does."""

    async def record(session: AsyncSession) -> Receipt:
        return await record_once(
            session,
            shop=SHOPIFY,
            topic="orders/create",
            delivery=name,
            headers={},
            body=b"{}",
            now=NOON,
        )

    return commits.run(record)


async def stumble(session: AsyncSession) -> None:
    raise LookupError


async def kept_count(database: Database) -> int:
    async with reading(database) as session:
        return len(await inbox.waiting(session, SHOPIFY, due(None, NOON), limit=100))


@pytest.fixture
def commits_of(database: Database) -> list[Sequence[str]]:
    """One entry for each commit."""
    commits: list[Sequence[str]] = []
    database.on_commit(commits.append)
    return commits


async def test_what_comes_together_waits_for_the_disk_once_or_twice(
    database: Database, commits_of: list[Sequence[str]]
) -> None:
    commits = SharedCommits(database)

    receipts = await asyncio.gather(*(keep(commits, f"d{number}") for number in range(40)))

    assert receipts == [Receipt.NEW] * 40
    assert await kept_count(database) == 40
    assert len(commits_of) <= 2


async def test_no_transaction_takes_more_than_it_may(
    database: Database, commits_of: list[Sequence[str]]
) -> None:
    commits = SharedCommits(database, together_max=4)

    await asyncio.gather(*(keep(commits, f"d{number}") for number in range(10)))

    assert await kept_count(database) == 10
    assert len(commits_of) == 3


async def test_a_delivery_that_comes_twice_at_once_is_kept_once(database: Database) -> None:
    commits = SharedCommits(database)

    receipts = await asyncio.gather(*(keep(commits, "same") for _ in range(3)))

    assert receipts.count(Receipt.NEW) == 1
    assert await kept_count(database) == 1


async def test_what_fails_is_told_to_its_asker_and_harms_no_other(database: Database) -> None:
    commits = SharedCommits(database)

    told = await asyncio.gather(
        keep(commits, "one"), commits.run(stumble), keep(commits, "two"), return_exceptions=True
    )

    assert [told[0], told[2]] == [Receipt.NEW, Receipt.NEW]
    assert isinstance(told[1], LookupError)
    assert await kept_count(database) == 2


async def test_a_database_that_takes_nothing_is_told_to_all_and_not_tried_for_each(
    database: Database,
) -> None:
    commits = SharedCommits(database)
    tries = 0

    async def unavailable(session: AsyncSession) -> None:
        nonlocal tries
        tries += 1
        raise DatabaseUnavailable("the disk is full")

    told = await asyncio.gather(
        commits.run(unavailable), commits.run(unavailable), return_exceptions=True
    )

    assert [type(one) for one in told] == [DatabaseUnavailable] * 2
    assert tries == 1


async def test_whoever_goes_away_takes_nothing_with_it(database: Database) -> None:
    commits = SharedCommits(database)
    gone = asyncio.ensure_future(keep(commits, "gone"))
    stays = asyncio.ensure_future(keep(commits, "stays"))
    await asyncio.sleep(0)

    gone.cancel()

    assert await stays is Receipt.NEW
    assert await kept_count(database) == 2
