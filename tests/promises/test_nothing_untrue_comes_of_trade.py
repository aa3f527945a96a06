"""PEG looks for what can never be; after all that trade does, there is nothing to find."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.support.little_catalogue import CHAIN, GOLD, RING, SILVER, STUDS, little_catalogue
from tests.support.little_shop import LOOK_S, LOOKS_MAX, LittleShop, open_little_shop

from peg.catalog.tables import mirror
from peg.ledger import counter
from peg.ledger.tables import levels
from peg.reconciliation.invariants import BOUND

pytestmark = pytest.mark.virtual_time


async def trades(shop: LittleShop) -> None:
    """Sales on both shops and in person, a cancellation, a delivery, edits by hand, a set back."""
    order = shop.buys("etsy", SILVER)
    shop.buys("shopify", RING)
    shop.buys("shopify", CHAIN, 2)
    await shop.ends_at(RING, 0)
    shop.cancels("etsy", order)
    shop.edits("shopify", GOLD, +2)
    async with shop.at_the_counter() as session:
        now = shop.rehearsal.ground.clock.now()
        await counter.sell(session, STUDS, 1, who="mira", now=now)
        await counter.receive(session, RING, 1, who="mira", now=now)
    await shop.ends_at(SILVER, 4)
    await shop.ends_at(GOLD, 5)
    await shop.ends_at(RING, 1)
    await shop.ends_at(STUDS, 0)
    await shop.ends_at(CHAIN, 3)


async def test_after_all_that_happens_in_a_shop_nothing_is_untrue(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, catalogue=little_catalogue(with_set=True)) as shop:
        await trades(shop)

        assert await shop.rehearsal.engine.truth_watch.look() == []


async def test_what_somebody_breaks_is_told_while_peg_runs(tmp_path: Path) -> None:
    """Everybody's time runs a thousand times as fast: PEG looks every five minutes of it."""
    async with open_little_shop(tmp_path, speed=1_000) as shop:
        async with shop.at_the_counter() as session:
            more = levels.c.on_hand + 1
            await session.execute(update(levels).where(levels.c.sku == CHAIN).values(on_hand=more))

        await hears(shop, "invariant_broken")


async def test_an_offer_above_its_target_is_told_after_a_while(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, speed=1_000) as shop:
        offer = (await shop.offer("shopify", CHAIN)).id
        async with shop.at_the_counter() as session:
            lost = update(mirror).where(mirror.c.offer == offer)
            await session.execute(lost.values(quantity=9, pending=9, version=99))

        await hears(shop, "invariant_broken")
        assert shop.rehearsal.ground.clock.monotonic() > BOUND.total_seconds()


async def hears(shop: LittleShop, alarm: str) -> None:
    for _ in range(LOOKS_MAX):
        if alarm in shop.alerts:
            return
        await asyncio.sleep(LOOK_S)
    raise TimeoutError
