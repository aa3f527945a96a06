"""Sixteen people ask for the same single piece at once: one gets it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.bench import NOON, Bench, open_book

from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.errors import InsufficientStock
from peg.domain.identity import MAIN, Sku
from peg.domain.stock import Cause
from peg.ledger import counter, queries, reservations
from peg.ledger.book import Posting, post

BUYERS = 16
PIECES = [Sku(f"RING-{number}") for number in range(60)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        async with begin(database) as session:
            for sku in PIECES:
                await Bench(session).stock(sku, 1)
        yield database


async def oversold(database: Database) -> list[Sku]:
    async with reading(database) as session:
        assert await queries.wrong_sums(session) == []
        return [one.sku for one in await queries.positions(session) if one.level.available < 0]


async def test_of_sixteen_who_want_a_piece_held_one_wins(database: Database) -> None:
    async def hold(buyer: int, sku: Sku) -> bool:
        try:
            async with begin(database) as session:
                await reservations.hold(
                    session, sku, 1, until=None, why="a fair", who=f"buyer {buyer}", now=NOON
                )
        except InsufficientStock:
            return False
        return True

    for sku in PIECES:
        won = await asyncio.gather(*(hold(buyer, sku) for buyer in range(BUYERS)))
        assert sum(won) == 1
    assert await oversold(database) == []


async def test_a_hold_that_is_released_and_sold_at_once_ends_once(database: Database) -> None:
    async def keep(sku: Sku) -> int:
        async with begin(database) as session:
            return await reservations.hold(
                session, sku, 1, until=None, why="memo", who="anna", now=NOON
            )

    async def end(sku: Sku, number: int, *, sold: bool) -> bool:
        try:
            async with begin(database) as session:
                if sold:
                    await counter.sell(session, sku, 1, hold=number, who="anna", now=NOON)
                else:
                    await reservations.release(session, number, now=NOON)
        except reservations.NoSuchHold:
            return False
        return True

    for sku in PIECES:
        number = await keep(sku)
        ends = (end(sku, number, sold=buyer % 2 == 0) for buyer in range(BUYERS))
        assert sum(await asyncio.gather(*ends)) == 1
    assert await oversold(database) == []


async def test_a_hold_that_is_released_and_expires_at_once_ends_once(database: Database) -> None:
    numbers = []
    async with begin(database) as session:
        for sku in PIECES:
            soon = NOON.replace(hour=13)
            numbers.append(
                await reservations.hold(
                    session, sku, 1, until=soon, why="memo", who="anna", now=NOON
                )
            )
    later = NOON.replace(hour=14)

    async def release(number: int) -> int:
        try:
            async with begin(database) as session:
                await reservations.release(session, number, now=later)
        except reservations.NoSuchHold:
            return 0
        return 1

    async def expire() -> int:
        async with begin(database) as session:
            return len(await reservations.expire_due(session, now=later))

    ended = await asyncio.gather(*(release(number) for number in numbers), expire(), expire())

    assert sum(ended) == len(PIECES)
    async with reading(database) as session:
        levels = [one.level for one in await queries.positions(session)]
    assert {(level.reserved, level.available) for level in levels} == {(0, 1)}


async def test_without_the_lock_the_same_race_promises_one_piece_to_several(
    database: Database,
) -> None:
    """The same steps, but the look and the hold are not one transaction."""
    met = asyncio.Barrier(BUYERS)

    async def look_then_hold(sku: Sku) -> bool:
        async with reading(database) as session:
            level = (await queries.position(session, sku)).level
        await met.wait()
        if level.available < 1:
            return False
        held = Posting(
            sku=sku,
            location=MAIN,
            reserved=1,
            cause=Cause.HELD,
            source="a buyer",
            reference="no lock",
            happened_at=NOON,
        )
        async with begin(database) as session:
            await post(session, [held], now=NOON)
        return True

    won = await asyncio.gather(*(look_then_hold(PIECES[0]) for _ in range(BUYERS)))

    assert sum(won) > 1
    assert await oversold(database) == [PIECES[0]]
