"""What a shop said of an order that cannot be read is kept, shown, and read again by itself."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.inbox_work import tried
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.intake import aside, inbox
from peg.intake.aside import ATTEMPTS_MAX
from peg.intake.housekeeping import Housekeeping
from peg.intake.inbox import RETRY_WAIT_S_MAX
from peg.intake.tables import unread_orders
from peg.intake.unread import try_again
from peg.intake.waiting_room import due
from peg.marketplaces.port import UnexpectedAnswer
from peg.reads.orders import UnreadOrder, unread

DAY_S = 24 * 3600.0


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def kept(shops: TwoShops) -> Sequence[UnreadOrder]:
    async with reading(shops.database) as session:
        return await unread(session)


def without(name: str) -> Callable[[Any], None]:
    """Every order in an answer lacks this field."""

    def spoil(body: Any) -> None:
        data = body.get("data") or {}
        orders = [*((data.get("orders") or {}).get("nodes") or []), data.get("order")]
        for order in filter(None, orders):
            order.pop(name, None)

    return spoil


def without_quantities(body: Any) -> None:
    data = body.get("data") or {}
    for order in [*((data.get("orders") or {}).get("nodes") or []), data.get("order")]:
        for line in order["lineItems"]["nodes"] if order else ():
            line.pop("quantity", None)


async def test_what_was_said_of_an_order_is_kept_with_the_reason(shops: TwoShops) -> None:
    order = shops.buys_on_shopify(RING)
    shops.shopify.answers.spoil = without("createdAt")

    await shops.polls.poll(SHOPIFY)

    (one,) = await kept(shops)
    assert (one.shop, one.order) == (SHOPIFY, order.rpartition("/")[2])
    assert "createdAt" in one.why
    said = json.loads(one.answer)
    assert said["lineItems"]["nodes"][0]["sku"] == RING
    assert said["displayFinancialStatus"] == "PENDING"


async def test_an_order_that_can_be_read_in_part_is_kept_too(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    shops.shopify.answers.spoil = without_quantities

    await shops.polls.poll(SHOPIFY)

    (one,) = await kept(shops)
    assert "quantity" in one.why
    assert json.loads(one.answer)["id"]


async def test_what_is_said_of_it_by_itself_takes_the_place_of_what_was_said_before(
    shops: TwoShops,
) -> None:
    shops.buys_on_shopify(RING)
    shops.shopify.answers.spoil = without("createdAt")
    await shops.polls.poll(SHOPIFY)
    (before,) = await kept(shops)

    shops.etsy.practice.clock.advance(5)
    shops.shopify.answers.spoil = without("updatedAt")
    await tried(shops.acceptor)

    (after,) = await kept(shops)
    assert "updatedAt" in after.why
    assert (after.first_at, after.last_at > before.last_at) == (before.first_at, True)


@pytest.mark.parametrize("by_poll", [True, False])
async def test_it_is_let_go_once_it_can_be_read(shops: TwoShops, *, by_poll: bool) -> None:
    shops.buys_on_shopify(RING)
    shops.shopify.answers.spoil = without("createdAt")
    await shops.polls.poll(SHOPIFY)

    shops.shopify.answers.spoil = None
    shops.etsy.practice.clock.advance(5)
    if by_poll:
        await shops.polls.poll(SHOPIFY)
    else:
        await tried(shops.acceptor)

    assert await kept(shops) == []
    assert (await shops.level(RING)).committed == 1
    async with reading(shops.database) as session:
        assert await session.scalar(select(unread_orders.c.read_at)) is not None


async def test_two_orders_without_a_number_are_both_kept(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    shops.buys_on_shopify(CHAIN)
    shops.shopify.answers.spoil = without("id")

    await shops.polls.poll(SHOPIFY)
    await shops.polls.poll(SHOPIFY)

    assert [one.order for one in await kept(shops)] == ["", ""]


async def test_one_that_was_put_aside_is_tried_again_each_day_and_told_of_once(
    shops: TwoShops,
) -> None:
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await try_again(session, SHOPIFY, "1001", about="a digest", now=now)
    told = [await fails(shops) for _ in range(ATTEMPTS_MAX)]
    housekeeping = Housekeeping(shops.database, shops.clock)
    await housekeeping.tidy()
    put_aside = await fails(shops)

    again = []
    for _ in range(2):
        shops.etsy.practice.clock.advance(DAY_S)
        await housekeeping.tidy()
        again.append(await fails(shops))

    assert told == [False] * (ATTEMPTS_MAX - 1) + [True]
    assert put_aside is None
    assert again == [False, False]


async def fails(shops: TwoShops) -> bool | None:
    """It is read once more, in vain: whether it is put aside for the first time; None: not read."""
    shops.etsy.practice.clock.advance(RETRY_WAIT_S_MAX)
    now = shops.clock.now()
    async with begin(shops.database) as session:
        waiting = await inbox.waiting(session, SHOPIFY, due(None, now), limit=9)
        for one in waiting:
            return await aside.failed(session, one, UnexpectedAnswer("odd"), now=now)
    return None
