"""What ends by the clock alone ends once, whoever looks at the clock."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.support.two_shops import CHAIN, PATIENCE, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import mirror, returns
from peg.catalog.tables import offers
from peg.db.transaction import begin, reading
from peg.intake import checks
from peg.intake.housekeeping import Housekeeping
from peg.ledger import reservations


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def test_a_hold_ends_at_its_time_and_a_missed_piece_becomes_an_edit_at_its(
    shops: TwoShops,
) -> None:
    keeper = Housekeeping(shops.database, shops.clock)
    async with begin(shops.database) as session:
        await reservations.hold(
            session,
            CHAIN,
            1,
            until=shops.clock.now() + timedelta(hours=1),
            why="a fair",
            who="anna",
            now=shops.clock.now(),
        )
    shops.shopify.shopify.market.edit_stock(shops.shopify.units[CHAIN], delta=-2)
    chain = await shops.offer(CHAIN, SHOPIFY)
    async with begin(shops.database) as session:
        await checks.read_again(session, chain.id, due_at=shops.clock.now(), why="a doubt")
    await shops.checker.check_once()
    before = await shops.level(CHAIN)

    early = await keeper.tidy()
    shops.etsy.practice.clock.advance(PATIENCE.order_lag_s + 3600)
    ended = await asyncio.gather(*(keeper.tidy() for _ in range(3)))

    after = await shops.level(CHAIN)
    assert (before.suspended, before.reserved, early, sum(ended)) == (2, 1, 0, 2)
    assert (after.on_hand, after.suspended, after.reserved, after.available) == (3, 0, 0, 3)


async def test_a_cancelled_piece_that_does_not_come_back_is_looked_for(shops: TwoShops) -> None:
    chain = await shops.offer(CHAIN, SHOPIFY)
    (place,) = await _places(shops)
    async with begin(shops.database) as session:
        until = shops.clock.now() + PATIENCE.may_rise()
        await returns.note_may_rise(session, chain.id, place, 1, until=until)
    keeper = Housekeeping(shops.database, shops.clock)

    await keeper.tidy()
    async with reading(shops.database) as session:
        early = await checks.check_of(session, chain.id)
    shops.etsy.practice.clock.advance(PATIENCE.may_rise_s)
    await keeper.tidy()

    async with reading(shops.database) as session:
        due = await checks.check_of(session, chain.id)
    assert early is None
    assert due is not None
    assert due.due_at <= shops.clock.now()


async def test_what_was_asked_for_before_keeps_its_place_in_the_queue(shops: TwoShops) -> None:
    chain = await shops.offer(CHAIN, SHOPIFY)
    (place,) = await _places(shops)
    later = shops.clock.now() + timedelta(minutes=1)
    async with begin(shops.database) as session:
        await returns.note_may_rise(session, chain.id, place, 1, until=shops.clock.now())
        await checks.read_again(session, chain.id, due_at=later, why="its shop does not answer")

    await Housekeeping(shops.database, shops.clock).tidy()

    async with reading(shops.database) as session:
        waiting = await checks.check_of(session, chain.id)
    assert waiting is not None
    assert waiting.due_at == later


async def test_what_a_marketplace_does_not_count_is_not_waited_for(shops: TwoShops) -> None:
    chain = await shops.offer(CHAIN, SHOPIFY)
    (place,) = await _places(shops)
    async with begin(shops.database) as session:
        await returns.note_may_rise(session, chain.id, place, 1, until=shops.clock.now())
        uncounted = update(offers).where(offers.c.id == chain.id).values(tracked=False)
        await session.execute(uncounted)

    await Housekeeping(shops.database, shops.clock).tidy()

    async with reading(shops.database) as session:
        assert await checks.check_of(session, chain.id) is None


async def _places(shops: TwoShops) -> list[str]:
    chain = await shops.offer(CHAIN, SHOPIFY)
    async with reading(shops.database) as session:
        return list((await mirror.expected_of(session, [chain.id]))[chain.id])
