"""A sale whose piece was missed at one of several places before its order told of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.inbox_work import all_tried
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import reading
from peg.domain.identity import Channel
from peg.ledger import cases, queries

AT_THE_SECOND_PLACE = (0, 1)


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path, chains=AT_THE_SECOND_PLACE) as shops:
        await shops.letters(Channel.SHOPIFY)
        yield shops


async def hears_the_order(shops: TwoShops) -> None:
    for letter in await shops.letters(Channel.SHOPIFY):
        if letter.headers["x-shopify-topic"] == "orders/create":
            await shops.deliver(letter)
    shops.etsy.practice.clock.advance(1)
    await all_tried(shops.acceptor)


async def test_it_was_taken_where_it_is_missed_and_from_nowhere_else(shops: TwoShops) -> None:
    shops.shopify.set_faults(routing_lags=1.0)
    shops.buys_on_shopify(CHAIN, 1)

    missed = await shops.looks_at(CHAIN, SHOPIFY)
    await hears_the_order(shops)
    shops.etsy.practice.clock.advance(60)
    await shops.polls.poll(SHOPIFY)  # by now Shopify tells from where it ships
    afterwards = await shops.looks_at(CHAIN, SHOPIFY)

    assert "missing" in missed
    assert afterwards == {"echo"}
    async with reading(shops.database) as session:
        assert await cases.all_cases(session) == []
        levels = await queries.levels(session, CHAIN)
    assert sum(level.available for level in levels.values()) == 0
