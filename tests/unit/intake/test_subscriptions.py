"""Webhooks that went missing are made anew and told of; silence is told of once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.inbox_work import all_tried
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from peg.bus import outbox
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.domain.messages import Alert
from peg.intake.subscriptions import CLOCKS_APART, SILENT_AFTER, Subscriptions
from peg.shops import directory
from peg.shops.directory import AppCredentials, Shop, Status
from peg.shops.sealing import new_key, parse_keys

URL = "https://peg.test/webhooks/shopify"
ELSEWHERE = "https://moved.test/webhooks/shopify"


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        await connect(shops)
        await shops.letters(Channel.SHOPIFY)
        yield shops


async def connect(shops: TwoShops) -> None:
    shop = Shop(
        id=SHOPIFY,
        channel=Channel.SHOPIFY,
        name="gems",
        currency="USD",
        status=Status.CONNECTED,
        status_sentence="",
        scopes=frozenset(),
        client_id="id",
        connected_at=shops.clock.now(),
    )
    async with begin(shops.database) as session:
        ring = parse_keys(new_key())
        await directory.store(session, ring, shop, AppCredentials("id", "secret"))


def keeper(shops: TwoShops) -> Subscriptions:
    return Subscriptions(shops.database, shops.clock, shops.polls)


async def alarms(shops: TwoShops) -> list[str]:
    async with reading(shops.database) as session:
        return [alert.name for _, alert in await outbox.recent(session, Alert)]


def somebody_buys(shops: TwoShops) -> None:
    market = shops.shopify.shopify.market
    market.pay(market.buy(shops.shopify.units[CHAIN]))


async def hear_a_sale(shops: TwoShops) -> None:
    somebody_buys(shops)
    for letter in await shops.letters(Channel.SHOPIFY):
        await shops.deliver(letter)


async def test_webhooks_that_are_there_are_left_alone(shops: TwoShops) -> None:
    await hear_a_sale(shops)

    await keeper(shops).keep(shops.shopify.market, URL)

    assert await alarms(shops) == []


async def test_missing_webhooks_are_made_told_of_and_their_gap_is_read(shops: TwoShops) -> None:
    await hear_a_sale(shops)
    await all_tried(shops.acceptor)
    somebody_buys(shops)  # and no webhook tells of it

    await keeper(shops).keep(shops.shopify.market, ELSEWHERE)

    assert await alarms(shops) == ["webhooks_missing"]
    assert (await shops.level(CHAIN)).committed == 2


async def test_a_shop_that_is_new_gets_its_webhooks_without_an_alarm(shops: TwoShops) -> None:
    await keeper(shops).keep(shops.shopify.market, ELSEWHERE)

    assert await alarms(shops) == []


async def test_silence_after_an_order_is_told_of_once(shops: TwoShops) -> None:
    keep = keeper(shops)
    shops.etsy.practice.clock.advance(CLOCKS_APART.total_seconds() + 2)
    somebody_buys(shops)
    await shops.polls.poll(SHOPIFY)
    await keep.keep(shops.shopify.market, URL)
    early = await alarms(shops)

    shops.etsy.practice.clock.advance(SILENT_AFTER.total_seconds() + 1)
    await keep.keep(shops.shopify.market, URL)
    await keep.keep(shops.shopify.market, URL)

    assert (early, await alarms(shops)) == ([], ["webhooks_silent"])


async def test_an_order_that_was_told_of_is_no_silence(shops: TwoShops) -> None:
    shops.etsy.practice.clock.advance(CLOCKS_APART.total_seconds() + 2)
    await hear_a_sale(shops)
    await shops.polls.poll(SHOPIFY)

    shops.etsy.practice.clock.advance(SILENT_AFTER.total_seconds() + 1)
    await keeper(shops).keep(shops.shopify.market, URL)

    assert await alarms(shops) == []
