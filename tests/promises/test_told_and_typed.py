"""She tells PEG and types the same into a shop herself, before PEG has written it: it counts once.

So it goes at a stocktaking with PEG paused, and whenever she is quicker than PEG's own write.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.pushers import due, on_shopify, reconciler
from tests.support.two_shops import CHAIN, PATIENCE, RING, SHOPIFY, TwoShops, open_two_shops

from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.domain.identity import ShopId, Sku
from peg.ledger import counter, overdue, questions, reservations
from peg.propagation.retarget import retarget

MARKETS = pytest.mark.parametrize("etsy", [False, True], ids=["Shopify", "Etsy"])


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def tells(
    shops: TwoShops,
    sku: Sku = CHAIN,
    *,
    sold: int = 0,
    kept: int = 0,
    received: int = 0,
    counted: int | None = None,
    is_heard: bool = True,
) -> None:
    """She tells PEG of it; nothing is written to a shop yet, and without `peg run` nobody hears."""
    now, who = shops.clock.now(), "mira"
    async with begin(shops.database) as session:
        if sold:
            await counter.sell(session, sku, sold, who=who, now=now)
        if kept:
            await reservations.hold(session, sku, kept, until=None, why="Ann", who=who, now=now)
        if received:
            await counter.receive(session, sku, received, who=who, now=now)
        if counted is not None:
            await counter.count(session, sku, counted, who=who, now=now)
        if is_heard:
            await retarget(session, [sku], now=now)


def types(shops: TwoShops, delta: int, sku: Sku = CHAIN, *, etsy: bool = False) -> None:
    """She types another figure into a shop's admin."""
    if etsy:
        unit = shops.etsy.practice.unit_of(sku)
        shops.etsy.practice.etsy.market.edit_stock(unit, delta=delta)
    else:
        shops.shopify.shopify.market.edit_stock(shops.shopify.units[sku], delta=delta)


async def looks(shops: TwoShops, sku: Sku = CHAIN, *, etsy: bool = False) -> None:
    """PEG reads the offer, with its orders, until it believes what it sees."""
    shop: ShopId = shops.etsy.market.shop if etsy else SHOPIFY
    for _ in range(3):
        await shops.polls.poll(shop)
        await shops.looks_at(sku, shop)
        shops.etsy.practice.clock.advance(PATIENCE.receipt_lag_s + 1)


async def asked(shops: TwoShops) -> list[str]:
    async with reading(shops.database) as session:
        return [one.sentence for one in await questions.open_questions(session)]


async def no_order_comes(shops: TwoShops) -> None:
    shops.etsy.practice.clock.advance(PATIENCE.order_lag_s_most + 1)
    async with begin(shops.database) as session:
        await overdue.close_due(session, now=shops.clock.now() + timedelta(minutes=1))


@MARKETS
async def test_what_came_in_counts_once(shops: TwoShops, *, etsy: bool) -> None:
    await tells(shops, received=2)
    types(shops, +2, etsy=etsy)

    await looks(shops, etsy=etsy)

    assert (await shops.level(CHAIN)).on_hand == 5 + 2
    assert await asked(shops) == []


@MARKETS
async def test_one_more_than_she_told_of_is_taken_in_besides(
    shops: TwoShops, *, etsy: bool
) -> None:
    await tells(shops, counted=7)
    types(shops, +3, etsy=etsy)

    await looks(shops, etsy=etsy)

    assert (await shops.level(CHAIN)).on_hand == 7 + 1


async def test_a_second_ring_that_she_told_of_is_not_asked_about(shops: TwoShops) -> None:
    await tells(shops, RING, received=1)
    types(shops, +1, RING)

    await looks(shops, RING)

    assert (await shops.level(RING)).on_hand == 2
    assert await asked(shops) == []


@MARKETS
@pytest.mark.parametrize("told", ["sold", "kept"])
async def test_what_went_is_never_taken_off_twice_in_silence(
    shops: TwoShops, *, told: str, etsy: bool
) -> None:
    """Until it is known, it could be an order as well: the piece is held, and then she is asked."""
    await tells(shops, sold=int(told == "sold"), kept=int(told == "kept"))
    types(shops, -1, etsy=etsy)

    await looks(shops, etsy=etsy)
    held = (await shops.level(CHAIN)).available
    await no_order_comes(shops)

    assert held == 5 - 1 - 1
    assert (await shops.level(CHAIN)).on_hand == (4 if told == "sold" else 5)
    (sentence,) = await asked(shops)
    assert "Still there and for sale?" in sentence


async def test_the_only_ring_sold_at_the_counter_and_typed_off_is_no_double_sale(
    shops: TwoShops,
) -> None:
    await tells(shops, RING, sold=1)
    types(shops, -1, RING)

    await looks(shops, RING)

    level = await shops.level(RING)
    assert (level.on_hand, level.suspended, level.available) == (0, 0, 0)
    assert await asked(shops) == []


async def test_a_sale_that_peg_has_not_heard_of_is_held_beside_what_it_was_told(
    shops: TwoShops,
) -> None:
    """Both went: when the order comes, the book has both."""
    await tells(shops, sold=1)
    shops.buys_on_shopify(CHAIN)

    await shops.looks_at(CHAIN, SHOPIFY)
    held = (await shops.level(CHAIN)).available
    await shops.polls.poll(SHOPIFY)

    level = await shops.level(CHAIN)
    assert held == level.available == 5 - 2
    assert (level.committed, level.suspended) == (1, 0)


@pytest.mark.parametrize(("seconds", "left"), [(20.0, -1), (0.0, 0)])
async def test_a_ring_taken_off_before_it_was_sold_on_the_other_shop_is_a_case(
    shops: TwoShops, seconds: float, left: int
) -> None:
    """She sold it at the counter, and PEG has not seen it yet; at once it may be the same."""
    etsy = shops.etsy.practice.etsy.market
    types(shops, -1, RING)
    shops.etsy.practice.clock.advance(seconds)
    etsy.pay(etsy.buy(shops.etsy.practice.unit_of(RING)))
    await shops.polls.poll(shops.etsy.market.shop)
    async with begin(shops.database) as session:
        await retarget(session, [RING], now=shops.clock.now())

    await shops.looks_at(RING, SHOPIFY)

    assert (await shops.level(RING)).available == left


async def test_a_sale_is_taken_off_once_though_more_was_sold_than_there_was(
    shops: TwoShops,
) -> None:
    """Etsy sold the only ring, and Shopify too: what Shopify shows then is not lowered in mind."""
    await tells(shops, RING, sold=1)
    shops.buys_on_shopify(RING)
    await shops.looks_at(RING, SHOPIFY)

    await shops.polls.poll(SHOPIFY)

    offer = await shops.offer(RING, SHOPIFY)
    async with reading(shops.database) as session:
        (row,) = (await mirror.expected_of(session, [offer.id]))[offer.id].values()
    assert (row.quantity, row.off_already) == (0, 0)
    level = await shops.level(RING)
    assert (level.available, level.suspended) == (-1, 0)


async def gives_up_on_etsy(shops: TwoShops, sku: Sku) -> None:
    """An Etsy order took a piece off both shops; it is cancelled there, and PEG has not heard."""
    etsy = shops.etsy.practice.etsy.market
    order = etsy.buy(shops.etsy.practice.unit_of(sku))
    etsy.pay(order)
    await shops.polls.poll(shops.etsy.market.shop)
    now = shops.clock.now()
    async with begin(shops.database) as session:
        await retarget(session, [sku], now=now)
    pusher = on_shopify(shops)
    (group,) = await pusher.groups(await due(shops, SHOPIFY, sku))
    await pusher.lower(group)
    shops.etsy.practice.clock.advance(600)
    etsy.cancel(order, restock=True)
    shops.etsy.practice.clock.advance(5)


async def test_a_chain_whose_sale_she_gave_up_on_etsy_and_typed_back_on_shopify_counts_once(
    shops: TwoShops,
) -> None:
    await gives_up_on_etsy(shops, CHAIN)
    types(shops, +1)

    await looks(shops)
    believed = (await shops.level(CHAIN)).on_hand
    await shops.polls.poll(shops.etsy.market.shop)

    level = await shops.level(CHAIN)
    assert believed == 5 + 1
    assert (level.on_hand, level.committed) == (5, 0)


async def test_a_ring_whose_sale_she_gave_up_on_etsy_is_asked_about_no_more(
    shops: TwoShops,
) -> None:
    await gives_up_on_etsy(shops, RING)
    types(shops, +1, RING)

    await looks(shops, RING)
    asked_before = await asked(shops)
    await shops.polls.poll(shops.etsy.market.shop)

    assert len(asked_before) == 1
    assert await asked(shops) == []
    assert (await shops.level(RING)).available == 1


@MARKETS
async def test_what_she_typed_first_and_then_told_counts_once_until_she_says_otherwise(
    shops: TwoShops, *, etsy: bool
) -> None:
    types(shops, +2, etsy=etsy)
    await looks(shops, etsy=etsy)
    believed = (await shops.level(CHAIN)).on_hand

    await tells(shops, received=2)
    await looks(shops, etsy=etsy)

    assert believed == (await shops.level(CHAIN)).on_hand == 5 + 2
    (sentence,) = await asked(shops)
    assert "2 typed in on" in sentence
    assert "2 received" in sentence


@MARKETS
async def test_a_comparison_knows_what_she_told_while_nothing_was_at_work(
    shops: TwoShops, *, etsy: bool
) -> None:
    shop = shops.etsy.market.shop if etsy else SHOPIFY
    await tells(shops, is_heard=False, counted=7)
    types(shops, +2, etsy=etsy)

    for _ in range(3):
        await reconciler(shops).reconcile(shop)
        shops.etsy.practice.clock.advance(PATIENCE.receipt_lag_s + 1)

    assert (await shops.level(CHAIN)).on_hand == 7
