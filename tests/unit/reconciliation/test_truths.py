"""Somebody breaks the book by hand: each broken truth is found, told once, and shown."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, insert, select, update
from tests.support.breaking import CHAIN, Shop, open_shop_to_break

from peg.db.transaction import begin, reading
from peg.domain.stock import Cause
from peg.ledger.tables import applied, cases, entries, levels, order_lines, positions
from peg.reconciliation import breaches
from peg.reconciliation.invariants import BOUND, Breach, Truth


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop_to_break(tmp_path) as shop:
        yield shop


async def test_of_a_book_that_was_only_used_nothing_is_untrue(shop: Shop) -> None:
    assert await shop.untrue() == set()
    shop.later(BOUND)
    assert await shop.untrue() == set()
    assert [shop.counted(truth) for truth in Truth] == [0] * len(Truth)


@pytest.mark.parametrize(
    "statement",
    [
        update(levels).where(levels.c.sku == CHAIN).values(on_hand=levels.c.on_hand + 1),
        update(positions).where(positions.c.sku == CHAIN).values(on_hand=positions.c.on_hand + 1),
        update(entries)
        .where(entries.c.sku == CHAIN, entries.c.cause == Cause.BASELINE)
        .values(on_hand=7),
        delete(levels).where(levels.c.sku == CHAIN),
    ],
    ids=["a level", "a position", "an entry", "a level lost"],
)
async def test_entries_that_do_not_add_up(shop: Shop, statement: Executable) -> None:
    await shop.breaks(statement)

    assert await shop.untrue() == {Truth.SUMS}
    assert await shop.told() == ["sums"]
    assert shop.counted(Truth.SUMS) == 1


@pytest.mark.parametrize(
    "statement",
    [
        update(cases).values(closed_at=cases.c.opened_at),
        update(cases).values(oversold=2),
        update(positions).where(positions.c.sku == CHAIN).values(oversold=1),
    ],
    ids=["closed", "of other pieces", "oversold without one"],
)
async def test_pieces_below_zero_without_the_case_that_says_so(
    shop: Shop, statement: Executable
) -> None:
    await shop.breaks(statement)

    assert await shop.untrue() == {Truth.CASES}
    assert await shop.told() == ["cases"]


async def posted_twice(shop: Shop) -> None:
    """As if the same order line had been posted again, with all its sums."""
    async with begin(shop.here.database) as session:
        query = select(entries).where(entries.c.sku == CHAIN, entries.c.cause == Cause.ORDER)
        row = dict((await session.execute(query)).mappings().one())
        del row["id"]
        await session.execute(insert(entries).values(row))
        for table in (levels, positions):
            more = table.c.committed + row["committed"]
            await session.execute(update(table).where(table.c.sku == CHAIN).values(committed=more))


async def test_an_order_line_that_was_posted_twice(shop: Shop) -> None:
    await posted_twice(shop)

    assert await shop.untrue() == {Truth.LINES}
    assert await shop.told() == ["lines"]


@pytest.mark.parametrize(
    "statement",
    [
        delete(applied).where(applied.c.sku == CHAIN),
        update(applied).where(applied.c.sku == CHAIN).values(committed=1),
        update(order_lines).where(order_lines.c.sku == CHAIN).values(committed=3),
        delete(order_lines).where(order_lines.c.sku == CHAIN),
    ],
    ids=["lost", "applied in part", "told otherwise", "nobody told it"],
)
async def test_an_order_line_that_was_not_applied_as_it_was_told(
    shop: Shop, statement: Executable
) -> None:
    await shop.breaks(statement)

    assert await shop.untrue() == {Truth.LINES}


async def test_what_is_untrue_is_told_once_and_forgotten_when_it_is_true_again(
    shop: Shop,
) -> None:
    more = levels.c.on_hand + 1
    await shop.breaks(update(levels).where(levels.c.sku == CHAIN).values(on_hand=more))
    for _ in range(3):
        await shop.watch.look()
    told = await shop.told()

    less = levels.c.on_hand - 1
    await shop.breaks(update(levels).where(levels.c.sku == CHAIN).values(on_hand=less))

    assert told == ["sums"]
    assert await shop.untrue() == set()
    assert shop.counted(Truth.SUMS) == 0
    assert await kept(shop) == []


async def test_many_at_once_are_one_alarm(shop: Shop) -> None:
    await shop.breaks(update(levels).values(on_hand=levels.c.on_hand + 1))

    assert await shop.untrue() == {Truth.SUMS}
    assert await shop.told() == ["sums"]
    assert shop.counted(Truth.SUMS) == 2


async def kept(shop: Shop) -> Sequence[Breach]:
    async with reading(shop.here.database) as session:
        return await breaches.told(session)
