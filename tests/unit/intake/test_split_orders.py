"""An order that ships from several places, from its sale to its return, on the practice shops.

After each step the book lies as Shopify's shelves do, and a fresh reading is as expected.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
from tests.support.inbox_work import all_tried
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from marketsim.market import OrderId
from peg.db.transaction import reading
from peg.domain.identity import POOL, Channel
from peg.ledger import cases, queries

LIES = (3, 1, 1)


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path, chains=LIES) as shops:
        await shops.letters(Channel.SHOPIFY)
        yield shops


async def hears(shops: TwoShops, *, by_webhook: bool, after_s: float = 60) -> None:
    """PEG takes in what has changed on Shopify."""
    shops.etsy.practice.clock.advance(after_s)
    letters = await shops.letters(Channel.SHOPIFY)
    if not by_webhook:
        await shops.polls.poll(SHOPIFY)
        return
    for letter in letters:
        if letter.headers["x-shopify-topic"].startswith(("orders/", "refunds/")):
            await shops.deliver(letter)
    shops.etsy.practice.clock.advance(1)
    await all_tried(shops.acceptor)
    assert {outcome for _, outcome in await shops.outcomes()} <= {"new", "changed", "same"}


async def book(shops: TwoShops) -> Mapping[str, tuple[int, int]]:
    async with reading(shops.database) as session:
        levels = await queries.levels(session, CHAIN)
    return {place: (level.on_hand, level.committed) for place, level in levels.items()}


def shelves(shops: TwoShops) -> Mapping[str, tuple[int, int]]:
    """On hand and committed, by place, as Shopify counts them."""
    store = shops.shopify.shopify.market.store
    item = next(it for it in store.items.values() if it.sku == CHAIN)
    return {
        level.location.name.lower(): (level.on_hand, level.quantities["committed"])
        for level in item.levels.values()
    }


@pytest.mark.parametrize("by_webhook", [True, False])
async def test_the_book_follows_every_unit_of_a_split_order(
    shops: TwoShops, *, by_webhook: bool
) -> None:
    market = shops.shopify.shopify.market
    order = OrderId(shops.buys_on_shopify(CHAIN, 4))
    steps: dict[str, Callable[[], object]] = {
        "sold": lambda: None,
        "moved": lambda: market.send_from(order, location=2, pieces=1),
        "cancelled in part": lambda: market.refund(order, quantity=2, restock="cancel"),
        "lost before it left": lambda: market.refund(order, quantity=1, restock="no_restock"),
        "shipped": lambda: market.fulfil(order),
        "returned elsewhere": lambda: market.refund(
            order, quantity=1, restock="return", location=1
        ),
    }

    for step, happens in steps.items():
        happens()
        await hears(shops, by_webhook=by_webhook)

        assert await book(shops) == shelves(shops), step
        assert await shops.looks_at(CHAIN, SHOPIFY) <= {"echo", "came_back"}, step
    async with reading(shops.database) as session:
        assert await cases.all_cases(session) == []
        assert await queries.wrong_sums(session) == []


async def test_an_order_that_is_moved_whole_takes_all_its_units_along(shops: TwoShops) -> None:
    order = OrderId(shops.buys_on_shopify(CHAIN, 2))
    await hears(shops, by_webhook=True)

    shops.shopify.shopify.market.send_from(order, location=1)
    await hears(shops, by_webhook=True)

    assert await book(shops) == shelves(shops)
    assert await shops.looks_at(CHAIN, SHOPIFY) == {"echo"}


async def test_units_wait_in_the_pool_until_shopify_knows_from_where_they_ship(
    shops: TwoShops,
) -> None:
    shops.shopify.set_faults(routing_lags=1.0)
    shops.buys_on_shopify(CHAIN, 4)

    await hears(shops, by_webhook=True, after_s=1)
    waiting = await book(shops)
    await hears(shops, by_webhook=False)

    assert waiting[POOL] == (0, 4)
    assert await book(shops) == {**shelves(shops), POOL: (0, 0)}
    assert await shops.looks_at(CHAIN, SHOPIFY) == {"echo"}


async def test_an_order_on_etsy_of_all_there_are_takes_them_from_every_place(
    shops: TwoShops,
) -> None:
    etsy = shops.etsy.practice
    shop = shops.etsy.market.shop
    order = etsy.etsy.market.buy(etsy.unit_of(CHAIN), sum(LIES))
    etsy.etsy.market.pay(order)
    etsy.clock.advance(60)
    await shops.polls.poll(shop)
    sold = await book(shops)

    etsy.etsy.market.cancel(order, restock=True)
    etsy.clock.advance(60)
    await shops.polls.poll(shop)

    assert sorted(sold.values()) == [(pieces, pieces) for pieces in sorted(LIES)]
    assert await book(shops) == shelves(shops)
