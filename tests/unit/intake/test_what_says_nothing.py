"""What says nothing PEG can use is tried once, told of, listed, and can be tried again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.etsy_shop import SHOP as ETSY
from tests.support.inbox_work import tried, worked_off
from tests.support.two_shops import RING, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin
from peg.domain.identity import Channel, ShopId
from peg.intake import aside, inbox, waiting_room
from peg.reads import alerts

SAYING_NOTHING = [
    (SHOPIFY, "carts/update", b"{}"),  # nobody asked for it
    (SHOPIFY, "orders/create", b"no json"),
    (SHOPIFY, "orders/create", b"{}"),  # no number
    (SHOPIFY, "refunds/create", b'{"id": 7}'),
    (ETSY, "order.paid", b'{"event_type": "order.paid", "shop_id": 1001}'),
    (ETSY, "order.paid", b'{"shop_id": %s, "resource_url": "https://[x"}' % ETSY[5:].encode()),
]


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        await shops.letters(Channel.SHOPIFY)
        yield shops


@pytest.mark.parametrize(("shop", "topic", "body"), SAYING_NOTHING)
async def test_what_no_further_try_would_read_is_set_aside_at_the_first_and_told_of_once(
    shops: TwoShops, shop: ShopId, topic: str, body: bytes
) -> None:
    async with begin(shops.database) as session:
        for delivery in ("a", "b"):
            await inbox.record_once(
                session,
                shop=shop,
                topic=topic,
                delivery=delivery,
                headers={"x-shopify-topic": topic, "x-shopify-webhook-id": delivery},
                body=body,
                now=shops.clock.now(),
            )

    tries = await tried(shops.acceptor)
    await shops.clock.sleep(86_400)
    again = await tried(shops.acceptor)

    assert (tries, again) == (2, 0)
    async with begin(shops.database) as session:
        now = shops.clock.now()
        listed = await aside.of_no_use(session)
        (alert,) = await alerts.standing(session, now=now)
        await aside.discard(session, None, who="owner", why="looked at", now=now)
        over = await alerts.standing(session, now=now)
    assert [one["delivery"] for one in listed] == ["b", "a"]
    assert alert.name == "delivery_of_no_use"
    assert topic in alert.sentence
    assert "peg dead" in alert.sentence
    assert over == []


async def test_what_was_set_aside_can_be_worked_on_again(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    for letter in await shops.letters(Channel.SHOPIFY):
        await shops.deliver(letter)
    now = shops.clock.now()
    async with begin(shops.database) as session:
        due = waiting_room.due(None, now + timedelta(seconds=1))
        for one in await inbox.waiting(session, SHOPIFY, due, limit=99):
            await aside.set_aside(session, one.id, why="a fault of PEG", now=now)
    assert (await tried(shops.acceptor), (await shops.level(RING)).committed) == (0, 0)

    async with begin(shops.database) as session:
        await aside.revive(session, None, now=now)
    await worked_off(shops.acceptor, shops.clock)

    assert (await shops.level(RING)).committed == 1
