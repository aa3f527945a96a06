"""Before anything is written PEG keeps what stood there: to explain it, and to put it back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.pushers import due, on_etsy, on_shopify
from tests.support.two_shops import CHAIN, SHOPIFY, TwoShops, open_two_shops

from peg.db.transaction import begin, reading
from peg.ledger import counter
from peg.propagation.retarget import retarget
from peg.propagation.tables import attempts, writes


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def sells_one_in_person(shops: TwoShops) -> None:
    async with begin(shops.database) as session:
        await counter.sell(session, CHAIN, 1, who="mira", now=shops.clock.now())
        await retarget(session, [CHAIN], now=shops.clock.now())


async def test_of_an_etsy_listing_all_of_it_is_kept(shops: TwoShops) -> None:
    etsy = shops.etsy.market.shop
    listing = (await shops.offer(CHAIN, etsy)).ref.listing
    await sells_one_in_person(shops)

    pusher = on_etsy(shops)
    (group,) = await pusher.groups(await due(shops, etsy, CHAIN))
    await pusher.lower(group)

    async with reading(shops.database) as session:
        (kept,) = (await session.scalars(select(attempts.c.before))).all()
    (product,) = kept["inventory"]["products"]
    (offering,) = product["offerings"]
    assert (kept["listing"], kept["state"]) == (listing, "active")
    assert (product["sku"], offering["quantity"]) == (CHAIN, 5)
    assert offering["price"]["amount"] > 0


async def test_of_a_figure_on_shopify_the_figure(shops: TwoShops) -> None:
    await sells_one_in_person(shops)

    pusher = on_shopify(shops)
    (group,) = await pusher.groups(await due(shops, SHOPIFY, CHAIN))
    await pusher.lower(group)

    async with reading(shops.database) as session:
        kept = (await session.execute(select(writes.c.before, writes.c.quantity))).all()
    assert [tuple(row) for row in kept] == [(5, 4)]


async def test_each_attempt_is_kept_before_it_is_sent_and_ended_with_what_became_of_it(
    shops: TwoShops,
) -> None:
    await sells_one_in_person(shops)

    pusher = on_shopify(shops)
    (group,) = await pusher.groups(await due(shops, SHOPIFY, CHAIN))
    await pusher.lower(group)

    async with reading(shops.database) as session:
        (attempt,) = (await session.execute(select(attempts))).mappings().all()
    (write,) = attempt["writes"]
    assert (write["basis"], write["quantity"]) == (5, 4)
    assert attempt["outcome"] == "1 sent"
    assert attempt["ended_at"] >= attempt["begun_at"]
