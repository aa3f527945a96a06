"""Webhooks that arrive together share a commit, and none of them shares another's trouble."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.support.bench import NOON, SHOPIFY, open_book

from peg.db.engine import Database
from peg.db.transaction import reading
from peg.intake.inbox import Receipt
from peg.intake.letterbox import Letter, Letterbox
from peg.intake.tables import inbox


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        yield database


def letter(name: str, *, headers: dict[str, Any] | None = None) -> Letter:
    return Letter(
        shop=SHOPIFY,
        topic="orders/create",
        delivery=name,
        headers=headers or {},
        body=b"{}",
        arrived_at=NOON,
        wait=timedelta(0),
    )


async def kept_count(database: Database) -> int:
    async with reading(database) as session:
        return await session.scalar(select(func.count()).select_from(inbox)) or 0


async def test_letters_that_arrive_together_wait_for_the_disk_once_or_twice(
    database: Database,
) -> None:
    commits: list[frozenset[str]] = []
    database.on_commit(commits.append)
    box = Letterbox(database)

    receipts = await asyncio.gather(*(box.keep(letter(f"d{number}")) for number in range(40)))

    assert receipts == [Receipt.NEW] * 40
    assert await kept_count(database) == 40
    assert len(commits) <= 2


async def test_a_letter_that_comes_twice_at_once_is_kept_once(database: Database) -> None:
    box = Letterbox(database)

    receipts = await asyncio.gather(*(box.keep(letter("same")) for _ in range(3)))

    assert receipts.count(Receipt.NEW) == 1
    assert await kept_count(database) == 1


async def test_a_letter_that_cannot_be_kept_keeps_out_no_other(database: Database) -> None:
    box = Letterbox(database)
    bad = letter("bad", headers={"x": object()})

    told = await asyncio.gather(
        box.keep(letter("one")), box.keep(bad), box.keep(letter("two")), return_exceptions=True
    )

    assert [told[0], told[2]] == [Receipt.NEW, Receipt.NEW]
    assert isinstance(told[1], Exception)
    assert await kept_count(database) == 2


async def test_a_sender_that_hangs_up_takes_no_letter_with_it(database: Database) -> None:
    box = Letterbox(database)
    gone = asyncio.create_task(box.keep(letter("gone")))
    stays = asyncio.create_task(box.keep(letter("stays")))
    await asyncio.sleep(0)

    gone.cancel()

    assert await stays is Receipt.NEW
    assert await kept_count(database) == 2
