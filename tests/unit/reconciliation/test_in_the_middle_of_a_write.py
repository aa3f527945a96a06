"""A comparison of the whole shop falls between a write and its answer."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.pushers import due, lookout, on_shopify, reconciler
from tests.support.two_shops import CHAIN, PATIENCE, SHOPIFY, TwoShops, open_two_shops

from peg.catalog.interrupted import note_interrupted
from peg.db.transaction import begin, reading
from peg.ledger import counter
from peg.marketplaces.port import Result, Write
from peg.propagation.retarget import retarget
from peg.reconciliation.tables import differences


class Overtaken:
    """The write is obeyed; a comparison is made before its answer comes.

    Unguarded, the write under way counts as one that nobody will answer: a look explains it.
    """

    def __init__(self, shops: TwoShops, *, guarded: bool) -> None:
        self._shops = shops
        self._guarded = guarded

    async def compare_and_set(self, writes: Sequence[Write], *, key: str) -> Sequence[Result]:
        results = await self._shops.shopify.market.compare_and_set(writes, key=key)
        if not self._guarded:
            async with begin(self._shops.database) as session:
                await note_interrupted(session)
            chain = await self._shops.offer(CHAIN, SHOPIFY)
            await lookout(self._shops).look([chain.id])
        await reconciler(self._shops).reconcile(SHOPIFY)
        return results


@pytest.fixture
async def shops(tmp_path: Path) -> AsyncIterator[TwoShops]:
    async with open_two_shops(tmp_path) as shops:
        yield shops


async def sells_one_in_person(shops: TwoShops, *, guarded: bool) -> None:
    """Four of five chains are left; Shopify is told, and everything is looked at again."""
    async with begin(shops.database) as session:
        await counter.sell(session, CHAIN, 1, who="mira", now=shops.clock.now())
        await retarget(session, [CHAIN], now=shops.clock.now())
    pusher = on_shopify(shops, through=Overtaken(shops, guarded=guarded))
    (group,) = await pusher.groups(await due(shops, SHOPIFY, CHAIN))
    await pusher.lower(group)
    for _ in range(3):
        shops.etsy.practice.clock.advance(PATIENCE.confirm_s + 1)
        await shops.checker.check_once()
        await reconciler(shops).reconcile(SHOPIFY)


async def test_it_waits_for_the_answer_and_repairs_nothing(shops: TwoShops) -> None:
    await sells_one_in_person(shops, guarded=True)

    assert await causes(shops) == [("in_flight", "wait")]
    assert (await shops.level(CHAIN)).available == 4
    assert shops.shopify.times("InventorySet") == 1
    assert await due(shops, SHOPIFY, CHAIN) == []


async def test_without_that_a_chain_too_many_is_found_which_nobody_put_there(
    shops: TwoShops,
) -> None:
    await sells_one_in_person(shops, guarded=False)

    assert await causes(shops) == [("extra", "doubt")]


async def causes(shops: TwoShops) -> list[tuple[str, str]]:
    """The differences that all comparisons have found, and what was done."""
    query = select(differences.c.cause, differences.c.action).order_by(differences.c.id)
    async with reading(shops.database) as session:
        return [(row.cause, row.action) for row in await session.execute(query)]
