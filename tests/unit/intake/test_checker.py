"""Doubtful offers are read again when their time has come, and once more if that said nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.market_time import turns
from tests.support.two_shops import CHAIN, PATIENCE, RING, SHOPIFY, TwoShops, open_two_shops

from peg.catalog.offers import Offer
from peg.db.transaction import begin, reading
from peg.intake import checks


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def doubt(shops: TwoShops, offer: Offer) -> None:
    async with begin(shops.database) as session:
        await checks.read_again(session, offer.id, due_at=shops.clock.now(), why="a doubt")


async def left(shops: TwoShops, offer: Offer) -> checks.Check | None:
    async with reading(shops.database) as session:
        return await checks.check_of(session, offer.id)


async def test_what_a_person_adds_on_shopify_is_believed_after_the_orders(shops: TwoShops) -> None:
    chain = await shops.offer(CHAIN, SHOPIFY)
    shops.shopify.shopify.market.edit_stock(shops.shopify.units[CHAIN], delta=2)

    await doubt(shops, chain)
    await shops.checker.check_once()
    first = await shops.level(CHAIN)
    shops.etsy.practice.clock.advance(PATIENCE.confirm_s + 1)
    await shops.checker.check_once()

    assert first.available == 5
    assert (await shops.level(CHAIN)).available == 7
    assert await left(shops, chain) is None


async def test_the_order_behind_a_doubt_is_taken_in_before_the_offer_is_read(
    shops: TwoShops,
) -> None:
    ring = await shops.offer(RING, SHOPIFY)
    shops.buys_on_shopify(RING)

    await doubt(shops, ring)
    await shops.checker.check_once()

    level = await shops.level(RING)
    assert (level.committed, level.suspended) == (1, 0)
    assert await left(shops, ring) is None


async def test_a_check_asked_for_while_it_is_made_is_made_again(shops: TwoShops) -> None:
    """As an outdated reading asks: it says nothing, so its check is not settled by it."""
    ring = await shops.offer(RING, SHOPIFY)
    await doubt(shops, ring)
    async with begin(shops.database) as session:
        (taken,) = await checks.take_due(session, now=shops.clock.now())

    soon = shops.clock.now() + timedelta(seconds=1)
    async with begin(shops.database) as session:
        await checks.read_again(session, ring.id, due_at=soon, why="changed while it was read")
        await checks.settle(session, taken)

    again = await left(shops, ring)
    assert again is not None
    assert again.due_at == soon


async def test_a_check_under_way_is_taken_by_nobody_else_and_not_lost_with_its_maker(
    shops: TwoShops,
) -> None:
    await doubt(shops, await shops.offer(RING, SHOPIFY))

    async def take() -> int:
        async with begin(shops.database) as session:
            return len(await checks.take_due(session, now=shops.clock.now()))

    first, second = await take(), await take()
    shops.etsy.practice.clock.advance(checks.TAKEN.total_seconds())

    assert (first, second, await take()) == (1, 0, 1)


async def test_a_shop_that_cannot_be_read_keeps_its_checks_and_holds_up_no_other(
    shops: TwoShops,
) -> None:
    on_shopify = await shops.offer(RING, SHOPIFY)
    on_etsy = await shops.offer(RING, shops.etsy.market.shop)
    await doubt(shops, on_shopify)
    await doubt(shops, on_etsy)
    shops.shopify.set_faults(http_503=1.0)

    await shops.checker.check_once()

    assert await left(shops, on_shopify) is not None
    assert await left(shops, on_etsy) is None
    shops.shopify.set_faults(http_503=0.0)
    shops.etsy.practice.clock.advance(60)
    await shops.checker.check_once()
    assert await left(shops, on_shopify) is None


async def test_a_shop_that_stays_away_is_asked_ever_more_seldom(shops: TwoShops) -> None:
    ring = await shops.offer(RING, SHOPIFY)
    await doubt(shops, ring)
    shops.shopify.set_faults(http_503=1.0)

    waits = [await wait_after_a_look(shops, ring) for _ in range(6)]

    assert waits == [5, 10, 20, 40, 60, 60]
    shops.shopify.set_faults(http_503=0.0)
    await shops.checker.check_once()
    await doubt(shops, ring)
    shops.shopify.set_faults(http_503=1.0)
    assert await wait_after_a_look(shops, ring) == 5  # it had answered in between


async def test_an_offer_that_cannot_be_read_holds_up_no_other(shops: TwoShops) -> None:
    ring, chain = await shops.offer(RING, SHOPIFY), await shops.offer(CHAIN, SHOPIFY)
    await doubt(shops, ring)
    await doubt(shops, chain)
    shops.shopify.answers.spoil = without_its_places(ring)

    await shops.checker.check_once()

    assert await left(shops, ring) is not None
    assert await left(shops, chain) is None


async def wait_after_a_look(shops: TwoShops, offer: Offer) -> float:
    """Check what is due; the seconds until it is checked again, which pass."""
    await shops.checker.check_once()
    again = await left(shops, offer)
    assert again is not None
    wait_s = (again.due_at - shops.clock.now()).total_seconds()
    shops.etsy.practice.clock.advance(wait_s)
    return wait_s


def without_its_places(offer: Offer) -> Callable[[Any], None]:
    def spoil(body: Any) -> None:
        for node in body["data"].get("nodes", ()):
            if node["id"].endswith(f"/{offer.ref.variant}"):
                del node["inventoryItem"]["inventoryLevels"]

    return spoil


async def test_a_check_that_crashes_abandons_no_other_shops_check(shops: TwoShops) -> None:
    on_shopify = await shops.offer(RING, SHOPIFY)
    on_etsy = await shops.offer(RING, shops.etsy.market.shop)
    await doubt(shops, on_shopify)
    await doubt(shops, on_etsy)

    def crash(_: Any) -> None:
        raise ZeroDivisionError

    shops.shopify.answers.spoil = crash
    with pytest.raises(ZeroDivisionError):
        await shops.checker.check_once()

    assert await left(shops, on_etsy) is None
    assert await left(shops, on_shopify) is not None


async def test_what_may_be_sold_and_on_sale_again_is_read_while_another_check_waits_for_its_turn(
    shops: TwoShops,
) -> None:
    """A poll waits where many calls are made, and every doubt waits for a poll."""
    ring, chain = [await shops.offer(sku, shops.etsy.market.shop) for sku in (RING, CHAIN)]
    await doubt(shops, chain)
    async with shops.etsy.busy():
        waiting = asyncio.create_task(shops.checker.run())
        urgent = asyncio.create_task(shops.checker.run(urgent=True))
        await turns()
        async with begin(shops.database) as session:
            now = shops.clock.now()
            await checks.read_again(session, ring.id, due_at=now, why=checks.SOLD_MEANWHILE)
        await turns()
        left_of_both = await left(shops, ring), await left(shops, chain)
    waiting.cancel()
    urgent.cancel()
    await asyncio.gather(waiting, urgent, return_exceptions=True)

    assert left_of_both[0] is None
    assert left_of_both[1] is not None
