"""Pieces lie where Shopify does not stock their product: it is asked to, and shows none yet."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from tests.support.pushers import due, lookout, on_shopify
from tests.support.shopify_shop import ShopifyShop
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from marketsim.shopify.credentials import SCOPES
from marketsim.shopify.records import Level
from peg.bus.tables import outbox
from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.domain.identity import LocationId
from peg.domain.messages import Alert
from peg.ledger import counter
from peg.propagation import pauses
from peg.propagation.activations import REFUSED_AGAIN
from peg.propagation.board import Group
from peg.propagation.forbidden import forbidden_shops
from peg.propagation.retarget import retarget
from peg.propagation.stocking import Stocker
from peg.propagation.unstocked import have_stocked, unstocked
from peg.reads.alerts import standing as standing_alerts

GALLERY = LocationId("gallery")
ASKED = "InventoryActivate"


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    """Five chains lie at the atelier; the gallery was opened later."""

    def opens_a_gallery(shopify: ShopifyShop, _etsy: object) -> None:
        shopify.shopify.market.open_place("Gallery")

    async with open_two_shops(tmp_path, meanwhile=opens_a_gallery) as shops:
        yield shops


@pytest.fixture
def stocker(shops: TwoShops) -> Stocker:
    return Stocker(
        SHOPIFY,
        shops.shopify.market,
        shops.database,
        shops.clock,
        Random(1),
        lookout=lookout(shops),
    )


async def receive(shops: TwoShops, *, told: bool = True) -> None:
    """Three more lie at the gallery; `told`: a person named it."""
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await counter.receive(session, CHAIN, 3, who="mira", location=GALLERY, now=now)
        if told:
            await have_stocked(session, CHAIN, GALLERY, now=now)


async def advice(shops: TwoShops) -> list[str]:
    async with reading(shops.database) as session:
        return [str(one) for one in await unstocked(session)]


async def alerts(shops: TwoShops) -> list[str]:
    async with reading(shops.database) as session:
        found = await session.execute(outbox.select().where(outbox.c.topic == Alert.topic))
        return [row.body["name"] for row in found]


async def standing(shops: TwoShops) -> list[str]:
    """The alerts that are not over."""
    async with reading(shops.database) as session:
        return [one.name for one in await standing_alerts(session, now=shops.clock.now())]


async def expected(shops: TwoShops) -> list[int]:
    """What PEG believes Shopify shows of the chain, place by place."""
    offer = await shops.offer(CHAIN, SHOPIFY)
    async with reading(shops.database) as session:
        rows = (await mirror.expected_of(session, [offer.id]))[offer.id]
    return [rows[place].quantity for place in sorted(rows)]


def levels(shops: TwoShops) -> dict[str, Level]:
    item = next(one for one in shops.shopify.shopify.shop.store.items.values() if one.sku == CHAIN)
    return {level.location.name: level for level in item.levels.values()}


async def test_it_is_stocked_there_at_none_and_then_raised_with_its_proof(
    shops: TwoShops, stocker: Stocker
) -> None:
    await receive(shops)

    asked = await stocker.stock_once()

    assert (asked, shops.shopify.times(ASKED)) == (1, 1)
    assert levels(shops)["Gallery"].is_active
    assert levels(shops)["Gallery"].quantities["available"] == 0
    assert await advice(shops) == []
    async with begin(shops.database) as session:
        await retarget(session, [CHAIN], now=shops.clock.now())
    pusher = on_shopify(shops)
    to_raise = await pusher.lower(Group(offers=await due(shops, SHOPIFY, CHAIN)))
    assert levels(shops)["Gallery"].quantities["available"] == 0
    await pusher.raise_(to_raise)
    assert levels(shops)["Gallery"].quantities["available"] == 3
    assert await expected(shops) == [5, 3]


async def test_what_lay_there_before_a_person_ended_that_is_not_shown_again(
    shops: TwoShops, stocker: Stocker
) -> None:
    store, stock = shops.shopify.shopify.shop.store, shops.shopify.shopify.shop.stock
    gallery = next(one for one in store.locations.values() if one.name == "Gallery")
    ended = stock.level_of(levels(shops)["Atelier"].item, gallery, active=False)
    stock.move(ended, {"available": 2}, by="person")
    await receive(shops)

    await stocker.stock_once()

    assert (ended.is_active, ended.quantities["available"]) == (True, 0)
    assert await expected(shops) == [5, 0]


async def test_it_is_asked_for_only_once(shops: TwoShops, stocker: Stocker) -> None:
    await receive(shops)

    first, second = await stocker.stock_once(), await stocker.stock_once()

    assert (first, second, shops.shopify.times(ASKED)) == (1, 0, 1)


async def test_what_no_person_has_put_there_is_left_as_it_is(
    shops: TwoShops, stocker: Stocker
) -> None:
    await receive(shops, told=False)

    assert await stocker.stock_once() == 0
    (told,) = await advice(shops)
    assert "`peg count CHAIN-1 N --at gallery`" in told


async def test_what_was_sold_before_is_not_stocked_there(shops: TwoShops, stocker: Stocker) -> None:
    await receive(shops)
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await counter.count(session, CHAIN, 0, who="mira", location=GALLERY, now=now)

    assert await stocker.stock_once() == 0
    assert "Gallery" not in levels(shops)


async def test_while_writes_are_paused_nothing_is_asked(shops: TwoShops, stocker: Stocker) -> None:
    await receive(shops)
    async with begin(shops.database) as session:
        now = shops.clock.now()
        await pauses.pause(session, pauses.EVERYTHING, who="mira", why="a fair", now=now)

    assert await stocker.stock_once() == 0
    assert shops.shopify.times(ASKED) == 0
    async with begin(shops.database) as session:
        await pauses.resume(session, pauses.EVERYTHING)
    assert await stocker.stock_once() == 1


async def test_a_place_that_was_closed_is_told_of_once_and_asked_again_later(
    shops: TwoShops, stocker: Stocker
) -> None:
    await receive(shops)
    store = shops.shopify.shopify.shop.store
    gallery = next(one for one in store.locations.values() if one.name == "Gallery")
    gallery.is_active = False

    await stocker.stock_once()
    at_once = await stocker.stock_once()
    shops.etsy.practice.clock.advance(REFUSED_AGAIN.total_seconds())
    later = await stocker.stock_once()

    assert (at_once, later) == (0, 1)
    (told,) = await advice(shops)
    assert "it was asked to, and said \"The product couldn't be stocked" in told
    assert "in its admin open the product" in told
    assert await alerts(shops) == ["place_not_stocked"]
    assert await standing(shops) == ["place_not_stocked"]
    gallery.is_active = True
    shops.etsy.practice.clock.advance(REFUSED_AGAIN.total_seconds())
    await stocker.stock_once()
    assert await advice(shops) == []
    assert await standing(shops) == []


async def test_without_the_right_to_write_the_shop_is_told_of(
    shops: TwoShops, stocker: Stocker
) -> None:
    await receive(shops)
    shops.shopify.shopify.market.allow_only(set(SCOPES) - {"write_inventory"})

    await stocker.stock_once()

    async with reading(shops.database) as session:
        assert [one.shop for one in await forbidden_shops(session)] == [SHOPIFY]
    (told,) = await advice(shops)
    assert "write_inventory" in told


async def test_after_a_lost_answer_the_same_key_is_sent_again(
    shops: TwoShops, stocker: Stocker
) -> None:
    await receive(shops)
    shops.shopify.set_faults(response_lost=1.0)

    await stocker.stock_once()
    shops.shopify.set_faults(response_lost=0.0)
    assert await stocker.stock_once() == 0  # not at once
    shops.etsy.practice.clock.advance(timedelta(seconds=5).total_seconds())
    await stocker.stock_once()

    sent = [one for one in shops.shopify.overheard.heard if ASKED in one]
    assert (len(sent), len(set(sent))) == (2, 1)
    assert await advice(shops) == []
    assert await expected(shops) == [5, 0]


async def test_what_a_person_has_stocked_there_meanwhile_keeps_its_figure(
    shops: TwoShops, stocker: Stocker
) -> None:
    await receive(shops)
    store, stock = shops.shopify.shopify.shop.store, shops.shopify.shopify.shop.stock
    gallery = next(one for one in store.locations.values() if one.name == "Gallery")
    level = stock.level_of(levels(shops)["Atelier"].item, gallery)
    stock.move(level, {"available": 3}, by="person")

    await stocker.stock_once()

    assert level.quantities["available"] == 3
    assert await advice(shops) == []
