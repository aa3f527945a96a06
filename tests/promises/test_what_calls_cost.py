"""The marketplaces count calls: each thing PEG does costs what it must, and no more."""

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from tests.support.exchanges import Overheard
from tests.support.little_catalogue import CHAIN, KIT, RING, SET, SILVER, STUDS, little_catalogue
from tests.support.little_shop import NO_POLLS, LittleShop, open_little_shop
from tests.support.rehearsal import NO_CHANCE, QUICK, Rehearsal, rehearse

from peg.catalog import offers, rules
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.intake import checks
from peg.propagation import board, pauses
from peg.propagation.retarget import retarget_offers

pytestmark = pytest.mark.virtual_time

ON_THEIR_WAY_S = (0.01, 0.06, 0.11)
"""Calls that are made at the same moment end one after the other: the first's check waits."""

LAG_IS_OVER_S = 3 * QUICK.seen_in_passing_s
"""Longer than the receipts' lag, and than what was watched waits for somebody who passes by."""

SHARED = re.compile(r"^GET \S*/shops/\d+/(receipts|listings)$")


async def test_a_single_piece_is_taken_off_etsy_by_two_calls(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        before = heard_so_far(shop)

        shop.buys("shopify", RING)
        await shop.ends_at(RING, 0)
        await shop.rehearsal.ground.clock.sleep(LAG_IS_OVER_S)

        assert calls(shop, before) == ["PATCH", "GET"]


async def test_another_change_costs_etsy_three_calls_and_the_shared_receipts(
    tmp_path: Path,
) -> None:
    """What was written is watched by polls of the receipts, and seen again by the next glance."""
    async with open_little_shop(tmp_path, environment={**NO_POLLS, "PEG_GLANCE_S": "2"}) as shop:
        before = heard_so_far(shop)

        shop.buys("shopify", CHAIN)
        await shop.until(lambda: shop.shows(CHAIN) == (4, 4))
        await shop.rehearsal.ground.clock.sleep(LAG_IS_OVER_S)

        assert calls(shop, before) == ["GET", "PUT", "GET"]
        assert receipts_before_the_write(shop, before) == 1  # sales alone; no cancellations
        assert await watched(shop) == 0


async def test_what_no_glance_passed_by_is_read_once_more_together(tmp_path: Path) -> None:
    async with open_little_shop(tmp_path, environment=NO_POLLS) as shop:
        before = heard_so_far(shop)

        for sku, left in ((CHAIN, (4, 4)), (SILVER, (3, 3))):
            shop.buys("shopify", sku)
            await shop.until(partial(lambda sku, left: shop.shows(sku) == left, sku, left))
        await shop.rehearsal.ground.clock.sleep(LAG_IS_OVER_S)

        assert calls(shop, before) == [*["GET", "PUT", "GET"] * 2, "GET"]
        assert await watched(shop) == 0


async def test_one_order_of_three_single_pieces_costs_etsy_four_calls(tmp_path: Path) -> None:
    async with open_little_shop(
        tmp_path, environment=NO_POLLS, catalogue=little_catalogue(with_set=True), speed=1.0
    ) as shop:
        await shop.composes(SET, RING, STUDS)
        await shop.stays(SET, 1, 1)
        overheard(shop)["etsy"].takes_s = cycle(ON_THEIR_WAY_S)
        before = heard_so_far(shop)

        shop.buys("shopify", SET)
        for sku in (SET, RING, STUDS):
            await shop.ends_at(sku, 0)
        await shop.rehearsal.ground.clock.sleep(LAG_IS_OVER_S)

        assert calls(shop, before) == ["PATCH", "PATCH", "PATCH", "GET"]


async def test_one_order_of_three_listings_costs_etsy_five_calls(tmp_path: Path) -> None:
    environment = {**NO_POLLS, "PEG_GLANCE_S": "2"}
    async with open_little_shop(
        tmp_path, environment=environment, catalogue=little_catalogue(with_kit=True), speed=1.0
    ) as shop:
        await shop.composes(KIT, CHAIN, SILVER)
        await shop.stays(KIT, 4, 4)
        overheard(shop)["etsy"].takes_s = cycle(ON_THEIR_WAY_S)
        before = heard_so_far(shop)

        shop.buys("shopify", KIT)
        for sku, left in ((KIT, 3), (CHAIN, 4), (SILVER, 3)):
            await shop.ends_at(sku, left)
        await shop.rehearsal.ground.clock.sleep(LAG_IS_OVER_S)

        assert receipts_before_the_write(shop, before) == 1
        assert calls(shop, before) == ["GET", "PUT", "PUT", "PUT", "GET"]


async def test_250_changes_cost_shopify_one_call(tmp_path: Path) -> None:
    async with rehearse(tmp_path, pieces=300, rates=NO_CHANCE, environment=NO_POLLS) as shop:
        await set_shop_paused(shop, paused=True)
        await nothing_to_show(shop, Channel.SHOPIFY)
        due = await still_due(shop, Channel.SHOPIFY)
        await the_first_polls_are_over(shop)
        heard = shop.fair.overheard["shopify"].heard
        before = len(heard)

        await set_shop_paused(shop, paused=False)
        while await still_due(shop, Channel.SHOPIFY):
            await shop.ground.clock.sleep(0.05)

        figures = [one.count("changeFromQuantity") for one in heard[before:]]
        assert len(due) > 250
        assert sum(figures) >= len(due)
        assert len(figures) == math.ceil(sum(figures) / 250)  # nothing else was asked
        assert all("inventorySetQuantities" in one for one in heard[before:])


def overheard(shop: LittleShop) -> Mapping[str, Overheard]:
    return shop.rehearsal.fair.overheard


def heard_so_far(shop: LittleShop) -> int:
    """How many calls Etsy has heard."""
    return len(overheard(shop)["etsy"].heard)


def calls(shop: LittleShop, since: int) -> list[str]:
    """What Etsy was asked since then, without the polls and glances that everybody shares."""
    heard = [one.split("\n", 1)[0] for one in asked(shop, "etsy", since)]
    return [one.split(" ", 1)[0] for one in heard if not SHARED.search(one)]


def receipts_before_the_write(shop: LittleShop, since: int) -> int:
    heard = asked(shop, "etsy", since)
    written = next(at for at, one in enumerate(heard) if one.startswith("PUT"))
    return len([one for one in heard[:written] if "receipts" in one])


async def watched(shop: LittleShop) -> int:
    async with reading(shop.rehearsal.ground.database) as session:
        return await checks.waiting_count(session)


def asked(shop: LittleShop, market: str, since: int) -> Sequence[str]:
    return shop.rehearsal.fair.overheard[market].heard[since:]


async def the_first_polls_are_over(shop: Rehearsal) -> None:
    """PEG's own first poll shares one of two rounds with these: the one it finds, or the next."""
    for _ in range(2):
        await asyncio.gather(*(shop.engine.polls.poll(one) for one in shop.engine.shops))


async def nothing_to_show(shop: Rehearsal, channel: Channel) -> None:
    async with begin(shop.ground.database) as session:
        await rules.set_rule(session, "all", channel, rules.Rule(buffer=1_000_000, cap=None))
        everything = await offers.everything(session)
        await retarget_offers(session, everything, now=shop.ground.clock.now())


async def set_shop_paused(shop: Rehearsal, *, paused: bool) -> None:
    async with begin(shop.ground.database) as session:
        if paused:
            now = shop.ground.clock.now()
            await pauses.pause(session, pauses.EVERYTHING, who="mira", why="a test", now=now)
        else:
            await pauses.resume(session, pauses.EVERYTHING)


async def still_due(shop: Rehearsal, channel: Channel) -> list[int]:
    async with reading(shop.ground.database) as session:
        waiting = await board.dirty_offers(session)
        known = await offers.by_ids(session, waiting)
    return [key for key, one in known.items() if one.ref.channel is channel]
