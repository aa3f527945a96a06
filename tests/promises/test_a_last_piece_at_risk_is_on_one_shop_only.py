"""A last piece whose being sold twice may cost too much is on one shop only, by the owner's rule.

Gold bands were sold on Shopify and silver ones on Etsy: that is what is measured. Of a ring, studs
and chains one is left, on both shops.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.support.little_catalogue import (
    BROOCH,
    CHAIN,
    GOLD,
    RING,
    SILVER,
    STUDS,
    little_catalogue,
)
from tests.support.little_shop import LOOK_S, LittleShop, open_little_shop

from peg.catalog import rules
from peg.catalog.rules import Rule
from peg.db.transaction import reading
from peg.domain.identity import Channel, Sku
from peg.intake.many import Many
from peg.ledger import counter
from peg.propagation.retarget import retarget
from peg.reads.exposure_measured import Period
from peg.reads.offers import all_offers
from peg.reads.risks import Terms
from peg.workers.one_shop import OneShop

pytestmark = pytest.mark.virtual_time

MANY = Many(offers_min=3, share=0.2)
"""Three of five offers going up at once are so many that a person is asked, were it not PEG's."""

ANY_RISK = Decimal(0)
SOON_S = 1.0
ETSY_KEEPS_MUCH = {Channel.ETSY: Decimal(50)}
SHOPIFY_KEEPS_MOST = {Channel.SHOPIFY: Decimal(90)}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[LittleShop]:
    async with open_little_shop(
        tmp_path, catalogue=little_catalogue(with_brooch=True), many=MANY
    ) as shop:
        shop.buys("shopify", GOLD, 3)
        await shop.ends_at(GOLD, 0)
        shop.buys("etsy", SILVER, 4)
        await shop.ends_at(SILVER, 0)
        shop.buys("shopify", CHAIN, 4)
        await shop.ends_at(CHAIN, 1)
        yield shop


def rule(
    shop: LittleShop,
    most: Decimal | None = ANY_RISK,
    *,
    withdrawals_min: int = 1,
    fees: Mapping[Channel, Decimal] = ETSY_KEEPS_MUCH,
) -> OneShop:
    def lately(now: datetime) -> Period:
        return Period(since=now - timedelta(days=1), until=now, withdrawals_min=withdrawals_min)

    ground = shop.rehearsal.ground
    terms = Terms(cost_percent=Decimal(100), most=most, fees=fees)
    return OneShop(ground.database, ground.clock, ground.signals, terms, lately, soon_s=SOON_S)


async def limited(shop: LittleShop) -> OneShop:
    """All three are on Shopify alone, where they earn most."""
    watch = rule(shop)
    await watch.look()
    for sku in (RING, STUDS, CHAIN):
        await shop.ends_at(sku, 1, 0)
    return watch


async def receives(shop: LittleShop, sku: Sku) -> None:
    """The jeweller has made another one."""
    async with shop.at_the_counter() as session:
        await counter.receive(session, sku, 1, who="mira", now=shop.rehearsal.ground.clock.now())


async def sells(shop: LittleShop, sku: Sku) -> None:
    """Somebody buys one in person."""
    async with shop.at_the_counter() as session:
        await counter.sell(session, sku, 1, who="mira", now=shop.rehearsal.ground.clock.now())


async def reasons(shop: LittleShop) -> dict[str, str]:
    """By marketplace, why less of the ring is shown than there is."""
    async with reading(shop.rehearsal.ground.database) as session:
        found = await all_offers(session, sku=RING)
    return {one.shop.partition(":")[0]: "; ".join(one.why) for one in found}


async def test_it_is_shown_where_it_earns_most_and_peg_says_why(shop: LittleShop) -> None:
    await limited(shop)

    why = await reasons(shop)
    assert "alone: a double sale may cost more than you allow" in why["etsy"]
    assert why["shopify"] == ""


async def test_without_the_rule_two_buyers_get_it(shop: LittleShop) -> None:
    await rule(shop, None).look()
    await shop.stays(RING, 1, 1)

    shop.buys("etsy", RING)
    shop.buys("shopify", RING)

    assert shop.sold_twice() == 1


async def test_what_waits_for_a_fee_on_one_shop_stays_on_sale_on_the_other(
    shop: LittleShop,
) -> None:
    """Etsy earns most, and does not show it: the ring would be nowhere."""
    order = shop.buys("etsy", RING)
    await shop.ends_at(RING, 0)
    shop.cancels("etsy", order)
    await shop.ends_at(RING, 1, 0)

    await rule(shop, fees=SHOPIFY_KEEPS_MOST).look()

    await shop.ends_at(STUDS, 0, 1)
    assert shop.shows(RING) == (1, 0)


async def test_what_comes_back_where_it_would_cost_a_fee_goes_on_sale_on_the_other(
    shop: LittleShop,
) -> None:
    watch = rule(shop, fees=SHOPIFY_KEEPS_MOST)
    await watch.look()
    await shop.ends_at(RING, 0, 1)
    order = shop.buys("etsy", RING)
    await shop.ends_at(RING, 0)

    shop.cancels("etsy", order)
    await shop.is_asked("renewal")
    await watch.look()

    await shop.ends_at(RING, 1, 0)


async def test_a_risk_that_is_small_enough_changes_nothing(shop: LittleShop) -> None:
    await rule(shop, Decimal(1_000)).look()

    await shop.stays(RING, 1, 1)


async def test_what_was_hardly_measured_changes_nothing(shop: LittleShop) -> None:
    await rule(shop, withdrawals_min=5).look()

    await shop.stays(RING, 1, 1)


async def test_what_is_limited_stays_so_while_too_little_is_measured(shop: LittleShop) -> None:
    await limited(shop)

    await rule(shop, withdrawals_min=5).look()

    await shop.stays(RING, 1, 0)


async def test_who_takes_the_rule_off_has_all_of_it_back_and_is_asked_nothing(
    shop: LittleShop,
) -> None:
    await limited(shop)

    await rule(shop, None).look()

    for sku in (RING, STUDS, CHAIN):
        await shop.ends_at(sku, 1)
    assert await shop.questions() == []


async def test_once_there_are_two_of_it_both_shops_show_them(shop: LittleShop) -> None:
    watch = await limited(shop)
    await receives(shop, RING)
    await shop.until(lambda: shop.on("shopify", RING) == 2)

    await watch.look()

    await shop.ends_at(RING, 2)


async def test_once_there_are_two_of_it_nobody_waits_for_the_next_look(shop: LittleShop) -> None:
    (await limited(shop)).listen(shop.rehearsal.engine.bus)

    await receives(shop, RING)

    await shop.ends_at(RING, 2)


async def test_what_has_become_the_last_is_on_one_shop_soon(shop: LittleShop) -> None:
    await receives(shop, RING)
    await shop.ends_at(RING, 2)
    watch = rule(shop)
    watch.listen(shop.rehearsal.engine.bus)
    looking = asyncio.create_task(watch.run())
    await shop.ends_at(STUDS, 1, 0)
    assert shop.shows(RING) == (2, 2)

    await sells(shop, RING)

    await shop.ends_at(RING, 1, 0)
    looking.cancel()


async def test_a_look_while_it_comes_back_does_not_show_it_on_both(shop: LittleShop) -> None:
    watch = await limited(shop)
    await sells(shop, RING)
    await shop.ends_at(RING, 0)

    await receives(shop, RING)
    while shop.shows(RING) == (0, 0):
        await watch.look()
        assert "alone" in (await reasons(shop))["etsy"]
        await asyncio.sleep(LOOK_S)

    await shop.ends_at(RING, 1, 0)


async def test_what_was_sold_and_comes_back_is_on_one_shop_again(shop: LittleShop) -> None:
    watch = await limited(shop)
    order = shop.buys("shopify", RING)
    await shop.ends_at(RING, 0)
    await watch.look()

    shop.cancels("shopify", order)

    await shop.ends_at(RING, 1, 0)
    assert "alone" in (await reasons(shop))["etsy"]  # so Etsy would not show it a moment later


async def test_where_the_one_shop_may_show_it_no_more_the_other_does(shop: LittleShop) -> None:
    watch = await limited(shop)
    async with shop.at_the_counter() as session:
        await rules.set_rule(session, f"sku:{RING}", Channel.SHOPIFY, Rule(cap=0))
        await retarget(session, [RING], now=shop.rehearsal.ground.clock.now())
    await shop.ends_at(RING, 0)

    await watch.look()

    await shop.ends_at(RING, 0, 1)


async def test_what_one_shop_alone_sells_is_never_touched(shop: LittleShop) -> None:
    shop.buys("shopify", BROOCH, 2)
    await shop.until(lambda: shop.on("shopify", BROOCH) == 1)

    await limited(shop)

    assert await shop.calm(lambda: shop.on("shopify", BROOCH)) == 1
