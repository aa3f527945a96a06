"""From a sale until the other shop was seen to follow: measured once, and what waits counts too."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.bench import (
    ETSY,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    shopify_ref,
)
from tests.support.clocks import StandingClock
from tests.support.laid_book import lay_book

from peg.bus.local import LocalBus
from peg.db.transaction import begin, reading
from peg.monitoring.metrics import Metrics
from peg.propagation import board
from peg.propagation.attempts import record_write
from peg.propagation.retarget import retarget
from peg.reads import sales
from peg.wiring.ground import Ground, open_ground
from peg.workers.followed import FollowedSales
from peg.workers.gauges import Gauges

FOLLOWED = 'peg_sale_followed_seconds_{what}{{followed_on="etsy",sold_on="shopify"}} {value}'
WAITING = 'peg_sales_waiting{{followed_on="etsy",sold_on="shopify"}} {value}'
AGE = 'peg_sale_waiting_seconds{{followed_on="etsy",sold_on="shopify"}} {value}'


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    clock = StandingClock()
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=clock) as ground:
        await lay_book(ground.database)
        async with begin(ground.database) as session:
            bench = Bench(session)
            await bench.stock(RING, 5)
            await bench.offer(shopify_ref(), RING, shows=5)
            await bench.offer(etsy_ref(), RING, shows=5)
        yield ground


def watch(ground: Ground) -> FollowedSales:
    """A process that begins now."""
    return FollowedSales(ground.database, ground.clock, ground.metrics)


def told(metrics: Metrics) -> list[str]:
    return metrics.exposition().decode().splitlines()


async def sell(ground: Ground, order: str = "1", *, at: float = 0) -> tuple[str, str]:
    """A ring is sold on Shopify, so many minutes after noon, and the book knows at once."""
    async with begin(ground.database) as session:
        sold = OrderTold(order=order, shop=SHOPIFY, created=at)
        told = sold.told(at, line(shopify_ref(), committed=1))
        await Bench(session).take_in(told, at=at)
        await retarget(session, [RING], now=minute(at))
    return SHOPIFY, order


async def follow(ground: Ground, *, seconds: float) -> None:
    """Etsy was seen to show what is left, so many seconds after noon."""
    now = minute(0) + timedelta(seconds=seconds)
    async with begin(ground.database) as session:
        offer = (await Bench(session).offer(etsy_ref(), RING)).id
        standing = await board.standing_of(session, offer)
        assert standing is not None
        await record_write(
            session,
            offer=offer,
            place="",
            attempt="a",
            before=5,
            quantity=4,
            standing=standing,
            now=now,
        )
        await board.shown(session, offer, standing.target.version, outcome="shown", now=now)


async def test_a_sale_is_measured_once_however_often_it_is_told_of(ground: Ground) -> None:
    measured = watch(ground)
    order = await sell(ground)
    await follow(ground, seconds=2.5)

    for _ in range(3):
        measured.tell(order)  # as a payment and a cancellation do
        await measured.look()

    assert FOLLOWED.format(what="count", value=1.0) in told(ground.metrics)
    assert FOLLOWED.format(what="sum", value=2.5) in told(ground.metrics)


async def test_the_page_and_the_metrics_tell_the_same_seconds(ground: Ground) -> None:
    measured = watch(ground)
    measured.tell(await sell(ground))
    await follow(ground, seconds=2.5)
    await measured.look()

    async with reading(ground.database) as session:
        (sale,) = await sales.newest(session, limit=1)

    assert FOLLOWED.format(what="sum", value=sale.seconds) in told(ground.metrics)


async def test_a_sale_that_still_waits_counts_with_its_age(ground: Ground) -> None:
    measured = watch(ground)
    for order in ("1", "2"):
        measured.tell(await sell(ground, order))
    await ground.clock.sleep(90)
    await measured.look()
    while_waiting = told(ground.metrics)
    await follow(ground, seconds=95)
    await measured.look()

    assert WAITING.format(value=2.0) in while_waiting
    assert AGE.format(value=90.0) in while_waiting
    assert WAITING.format(value=0.0) in told(ground.metrics)
    assert AGE.format(value=0.0) in told(ground.metrics)
    assert FOLLOWED.format(what="count", value=2.0) in told(ground.metrics)


async def test_a_process_that_begins_later_measures_what_waits_and_not_what_was_measured(
    ground: Ground,
) -> None:
    await sell(ground, "1")
    await follow(ground, seconds=2)
    await ground.clock.sleep(60)
    measured = watch(ground)
    await sell(ground, "2", at=1)
    await measured.look()
    await follow(ground, seconds=70)
    await ground.clock.sleep(20)
    await measured.look()

    assert FOLLOWED.format(what="count", value=1.0) in told(ground.metrics)
    assert FOLLOWED.format(what="sum", value=10.0) in told(ground.metrics)


async def test_a_sale_whose_targets_are_not_computed_yet_is_not_passed_over(
    ground: Ground,
) -> None:
    measured = watch(ground)
    async with begin(ground.database) as session:
        sold = OrderTold(order="1", shop=SHOPIFY, created=0)
        await retarget(session, [RING], now=minute(-1))
        await Bench(session).take_in(sold.told(0, line(shopify_ref(), committed=1)))
    measured.tell((SHOPIFY, "1"))
    await measured.look()

    async with begin(ground.database) as session:
        await retarget(session, [RING], now=minute(0) + timedelta(seconds=1))
    await measured.look()

    assert WAITING.format(value=1.0) in told(ground.metrics)


async def test_sales_and_offers_that_are_behind_are_measured_as_they_are_told(
    ground: Ground,
) -> None:
    bus = LocalBus(ground.database, ground.clock, ground.signals)
    gauges = Gauges(ground.database, ground.clock, ground.metrics)
    gauges.listen(bus)
    await sell(ground)
    while await bus.relay_once():
        pass
    await ground.clock.sleep(30)

    await gauges.look()

    assert WAITING.format(value=1.0) in told(ground.metrics)
    assert 'peg_oldest_waiting_seconds{queue="offers"} 30.0' in told(ground.metrics)


async def test_no_series_of_sales_names_a_shop_or_a_piece(ground: Ground) -> None:
    measured = watch(ground)
    measured.tell(await sell(ground))
    await measured.look()

    about_sales = [row for row in told(ground.metrics) if row.startswith("peg_sale")]
    assert about_sales
    assert not [row for row in about_sales if RING in row or SHOPIFY in row or ETSY in row]
