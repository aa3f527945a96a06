"""A delivery that comes again after it was forgotten that it came finds everything done."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.inbox_work import worked_off
from tests.support.two_shops import CHAIN, RING, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.intake.forgetting import forget_handled
from peg.intake.inbox import Receipt
from peg.ledger import cases, queries, questions


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        for channel in Channel:
            await shops.letters(channel)
        yield shops


async def work(shops: TwoShops) -> None:
    await worked_off(shops.acceptor, shops.clock)


async def book(shops: TwoShops) -> tuple[object, ...]:
    async with reading(shops.database) as session:
        return (
            await queries.history(session, RING),
            await queries.history(session, CHAIN),
            await cases.all_cases(session),
            await questions.open_questions(session),
        )


async def test_it_changes_nothing(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    etsy = shops.etsy.practice
    order = etsy.etsy.market.buy(etsy.unit_of(CHAIN))
    etsy.etsy.market.pay(order)
    letters = [letter for channel in Channel for letter in await shops.letters(channel)]
    for letter in letters:
        await shops.deliver(letter)
    await work(shops)
    before = await book(shops)

    async with begin(shops.database) as session:
        until = shops.clock.now() + timedelta(days=1)
        assert await forget_handled(session, until, 500) > 1
    again = [await shops.deliver(letter) for letter in letters]
    await work(shops)

    assert again.count(Receipt.NEW) == len(letters) - 2  # each shop's newest is known still
    assert await book(shops) == before
