"""Kept deliveries become facts: what fails is kept and tried again, and holds up nothing else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from tests.support.inbox_work import tried, worked_off
from tests.support.shops import APP, key_ring, shop
from tests.support.two_shops import CHAIN, RING, SHOPIFY, TwoShops, open_two_shops

from marketsim.market import OrderId
from peg.bus.tables import outbox
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.intake import aside, inbox
from peg.intake.aside import ATTEMPTS_MAX
from peg.intake.inbox import Receipt
from peg.intake.tables import inbox as kept
from peg.shops import directory
from peg.shops.directory import Status


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        await shops.letters(Channel.SHOPIFY)
        await shops.letters(Channel.ETSY)
        yield shops


async def etsy_order(shops: TwoShops) -> OrderId:
    market, fixture = shops.etsy.practice.etsy.market, shops.etsy.practice
    order = market.buy(fixture.unit_of(CHAIN))
    market.pay(order)
    return order


async def arrive(shops: TwoShops, channel: Channel) -> list[Receipt]:
    return [await shops.deliver(letter) for letter in await shops.letters(channel)]


async def work(shops: TwoShops) -> None:
    await worked_off(shops.acceptor, shops.clock)


async def test_a_shopify_order_is_taken_in_from_its_webhook_alone(shops: TwoShops) -> None:
    asked = shops.shopify.times("OrderById")
    shops.buys_on_shopify(RING)
    await arrive(shops, Channel.SHOPIFY)

    await work(shops)

    level = await shops.level(RING)
    assert (level.committed, level.suspended) == (1, 0)
    assert shops.shopify.times("OrderById") == asked


async def test_an_etsy_order_is_fetched_where_its_webhook_points(shops: TwoShops) -> None:
    await etsy_order(shops)
    await arrive(shops, Channel.ETSY)

    await work(shops)

    assert (await shops.level(CHAIN)).committed == 1


async def test_every_letter_twice_and_backwards_counts_once(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    letters = await shops.letters(Channel.SHOPIFY)

    told = [await shops.deliver(letter) for letter in [*letters, *letters][::-1]]
    await work(shops)

    assert told.count(Receipt.NEW) == told.count(Receipt.DUPLICATE) == len(letters)
    assert (await shops.level(RING)).committed == 1


async def test_a_hand_edit_on_shopify_is_looked_at_where_its_webhook_points(
    shops: TwoShops,
) -> None:
    shops.shopify.shopify.market.edit_stock(shops.shopify.units[CHAIN], delta=-2)
    await arrive(shops, Channel.SHOPIFY)

    await work(shops)

    level = await shops.level(CHAIN)
    assert (level.suspended, level.available) == (2, 3)


async def test_a_sale_is_known_by_its_order_though_its_figure_arrives_first(
    shops: TwoShops,
) -> None:
    looked = shops.shopify.times("VariantsById")
    shops.buys_on_shopify(CHAIN)
    letters = await shops.letters(Channel.SHOPIFY)
    orders = [one for one in letters if one.headers["x-shopify-topic"].startswith("orders/")]
    figures = [one for one in letters if one not in orders]

    for letter in figures:
        await shops.deliver(letter)
    worked_on = await tried(shops.acceptor)
    for letter in orders:
        await shops.deliver(letter)
    await work(shops)

    assert (bool(figures), worked_on) == (True, 0)
    assert (await shops.level(CHAIN)).suspended == 0
    assert shops.shopify.times("VariantsById") == looked


async def test_the_figure_we_expect_costs_no_look(shops: TwoShops) -> None:
    shops.buys_on_shopify(CHAIN)
    letters = await shops.letters(Channel.SHOPIFY)
    orders = [one for one in letters if one.headers["x-shopify-topic"].startswith("orders/")]
    figures = [one for one in letters if one.headers["x-shopify-topic"].startswith("inventory_l")]
    for letter in orders:
        await shops.deliver(letter)
    await work(shops)
    looked = shops.shopify.times("VariantsById")

    for letter in figures:
        await shops.deliver(letter)
    await work(shops)

    assert figures
    assert shops.shopify.times("VariantsById") == looked
    assert ("inventory_levels/update", "echo") in await shops.outcomes()


async def test_a_delivery_that_fails_is_tried_again_and_holds_up_no_other(
    shops: TwoShops,
) -> None:
    await etsy_order(shops)
    await arrive(shops, Channel.ETSY)
    shops.buys_on_shopify(RING)
    await arrive(shops, Channel.SHOPIFY)
    shops.etsy.practice.set_faults(server_error=1.0)

    await tried(shops.acceptor)

    assert (await shops.level(RING)).committed == 1
    assert (await shops.level(CHAIN)).committed == 0
    shops.etsy.practice.set_faults(server_error=0.0)
    shops.etsy.practice.clock.advance(60)
    await work(shops)
    assert (await shops.level(CHAIN)).committed == 1


async def test_what_fails_too_often_is_put_aside_kept_and_alarmed(shops: TwoShops) -> None:
    await etsy_order(shops)
    await arrive(shops, Channel.ETSY)
    shops.etsy.practice.set_faults(server_error=1.0)
    async with begin(shops.database) as session:
        await session.execute(update(kept).values(attempts=ATTEMPTS_MAX - 1))

    await tried(shops.acceptor)

    shops.etsy.practice.clock.advance(86_400)
    assert await tried(shops.acceptor) == 0
    async with reading(shops.database) as session:
        dead = await aside.dead(session)
        bodies = (await session.scalars(select(outbox.c.body))).all()
    assert [one["attempts"] for one in dead] == [ATTEMPTS_MAX]
    assert [one["name"] for one in bodies if "sentence" in one] == ["delivery_dead"]


async def test_an_order_that_can_no_longer_be_read_is_not_taken_for_a_cancellation(
    shops: TwoShops,
) -> None:
    async with begin(shops.database) as session:
        await inbox.record_once(
            session,
            shop=SHOPIFY,
            topic=inbox.READ_AGAIN,
            delivery="1",
            headers={},
            body=b"999999999",
            now=shops.clock.now(),
        )

    for _ in range(aside.TRIES_OF_WHAT_IS_NOT_SHOWN):
        await work(shops)
        shops.etsy.practice.clock.advance(60)

    async with reading(shops.database) as session:
        (one,) = await aside.dead(session)
    assert "does not show" in one["last_error"]
    assert await shops.outcomes() == [(inbox.READ_AGAIN, None)]


async def test_the_same_delivery_twice_at_once_is_new_once(shops: TwoShops) -> None:
    shops.buys_on_shopify(RING)
    letter = (await shops.letters(Channel.SHOPIFY))[0]

    told = await asyncio.gather(*(shops.deliver(letter) for _ in range(8)))

    assert told.count(Receipt.NEW) == 1


async def test_when_the_app_is_removed_nothing_of_the_shop_is_forgotten(
    shops: TwoShops,
) -> None:
    shops.shopify.shopify.market.uninstall()
    await arrive(shops, Channel.SHOPIFY)

    await work(shops)

    assert ("app/uninstalled", "revoked") in await shops.outcomes()
    assert (await shops.level(CHAIN)).available == 5


@pytest.mark.parametrize(
    ("connected_after_s", "status"), [(-60, Status.REVOKED), (60, Status.CONNECTED)]
)
async def test_a_removal_that_is_told_late_does_not_end_a_newer_connection(
    shops: TwoShops, connected_after_s: float, status: Status
) -> None:
    shops.shopify.shopify.market.uninstall()
    connected_at = shops.clock.now() + timedelta(seconds=connected_after_s)
    async with begin(shops.database) as session:
        mine = shop(SHOPIFY, connected_at=connected_at)
        await directory.store(session, key_ring(), mine, APP)
    await shops.clock.sleep(120)

    await arrive(shops, Channel.SHOPIFY)
    await work(shops)

    async with reading(shops.database) as session:
        assert (await directory.by_id(session, SHOPIFY)).status is status


async def test_the_pauses_between_tries_grow(shops: TwoShops) -> None:
    await etsy_order(shops)
    await arrive(shops, Channel.ETSY)
    shops.etsy.practice.set_faults(server_error=1.0)
    waits: list[timedelta] = []
    for _ in range(4):
        await tried(shops.acceptor)
        async with reading(shops.database) as session:
            next_at = (await session.scalars(select(kept.c.next_at))).one()
        waits.append(next_at - shops.clock.now())
        shops.etsy.practice.clock.advance(waits[-1].total_seconds())

    assert waits == sorted(waits)
    assert waits[-1] > 2 * waits[0]


async def test_what_was_taken_and_not_begun_is_taken_again(shops: TwoShops) -> None:
    """What fails beside it stops the batch before its first step; its loop is begun again."""
    shops.buys_on_shopify(RING)
    await arrive(shops, Channel.SHOPIFY)

    async def begin_and_fail() -> None:
        async with asyncio.TaskGroup() as batch:
            await shops.acceptor.begin_on_what_waits(batch)
            raise ConnectionError

    with pytest.raises(ExceptionGroup):
        await begin_and_fail()
    await work(shops)

    assert (await shops.level(RING)).committed == 1
