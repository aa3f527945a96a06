from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.support.laid_book import lay_book

from peg.bus import outbox
from peg.bus.local import LocalBus
from peg.bus.outbox import stage
from peg.catalog import items
from peg.catalog.items import Item
from peg.db.transaction import begin, reading
from peg.domain.identity import MAIN, LocationId, ShopId, Sku
from peg.domain.messages import Alert, OrderTakenIn
from peg.domain.stock import Cause
from peg.intake.inbox import record_once
from peg.ledger import book, counter
from peg.ledger.book import Posting
from peg.wiring.ground import Ground, open_ground
from peg.workers.alerts import Announcer
from peg.workers.gauges import Gauges

RING = Sku("RING-1")


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    async with open_ground({"PEG_HOME": str(tmp_path)}, clock=StandingClock()) as ground:
        await lay_book(ground.database)
        ring = Item(sku=RING, name="Ruby ring", one_of_a_kind=False, low_stock_at=2)
        posting = Posting(
            sku=RING,
            location=MAIN,
            on_hand=4,
            cause=Cause.BASELINE,
            source="import",
            reference="",
            happened_at=MONDAY_NOON,
        )
        async with begin(ground.database) as session:
            await items.open_all(session, [ring], now=MONDAY_NOON)
            await book.post(session, [posting], now=MONDAY_NOON)
        yield ground


async def sell(ground: Ground, bus: LocalBus, pieces: int = 1) -> list[str]:
    """Sell, let the news go round, and say which alerts there are by now."""
    async with begin(ground.database) as session:
        await counter.sell(session, RING, pieces, who="ann", now=ground.clock.now())
    while await bus.relay_once():
        pass
    async with reading(ground.database) as session:
        return [alert.name for _, alert in await outbox.recent(session, Alert)]


async def test_a_piece_that_falls_to_its_threshold_is_alerted_once(ground: Ground) -> None:
    bus = LocalBus(ground.database, ground.clock, ground.signals)
    Announcer(ground.database, ground.clock).listen(bus)

    assert await sell(ground, bus) == []
    assert await sell(ground, bus) == ["low_stock"]
    assert await sell(ground, bus) == ["low_stock"]


async def test_the_alert_is_not_forgotten_by_a_restart_in_between(ground: Ground) -> None:
    before = LocalBus(ground.database, ground.clock, ground.signals)
    Announcer(ground.database, ground.clock).listen(before)
    assert await sell(ground, before) == []

    after = LocalBus(ground.database, ground.clock, ground.signals)
    Announcer(ground.database, ground.clock).listen(after)

    assert await sell(ground, after) == ["low_stock"]


async def test_a_sale_out_of_several_places_that_reaches_the_threshold_is_alerted(
    ground: Ground,
) -> None:
    """One sale, two entries; and a `peg run` that has not heard of the piece before."""
    async with begin(ground.database) as session:
        gallery = LocationId("gallery")
        now = ground.clock.now()
        await counter.receive(session, RING, 1, who="ann", location=gallery, now=now)
    elsewhere = LocalBus(ground.database, ground.clock, ground.signals)
    while await elsewhere.relay_once():
        pass
    bus = LocalBus(ground.database, ground.clock, ground.signals)
    Announcer(ground.database, ground.clock).listen(bus)

    assert await sell(ground, bus, 5) == ["low_stock"]


async def test_what_was_low_and_is_plenty_again_before_it_is_heard_of_is_no_alert(
    ground: Ground,
) -> None:
    bus = LocalBus(ground.database, ground.clock, ground.signals)
    Announcer(ground.database, ground.clock).listen(bus)
    async with begin(ground.database) as session:
        await counter.sell(session, RING, 3, who="ann", now=ground.clock.now())
        await counter.receive(session, RING, 8, who="ann", now=ground.clock.now())

    assert await sell(ground, bus) == []


async def test_the_age_of_the_oldest_waiting_event_is_measured(ground: Ground) -> None:
    async with begin(ground.database) as session:
        await record_once(
            session,
            shop=ShopId("etsy:1"),
            topic="order.paid",
            delivery="1",
            headers={},
            body=b"",
            now=ground.clock.now(),
        )
    await ground.clock.sleep(90)

    await Gauges(ground.database, ground.clock, ground.metrics).look()

    told = ground.metrics.exposition().decode()
    assert 'peg_oldest_waiting_seconds{queue="inbox"} 90.0' in told
    assert "peg_open_cases 0.0" in told


async def test_orders_and_alarms_are_counted_as_they_are_told(ground: Ground) -> None:
    bus = LocalBus(ground.database, ground.clock, ground.signals)
    Gauges(ground.database, ground.clock, ground.metrics).listen(bus)
    now = ground.clock.now()
    async with begin(ground.database) as session:
        await stage(session, OrderTakenIn(shop=ShopId("etsy:1"), order="7"), now=now)
        await stage(session, Alert(name="oversold", subject="RING-1", sentence="look"), now=now)

    while await bus.relay_once():
        pass

    told = ground.metrics.exposition().decode()
    assert 'peg_orders_total{channel="etsy"} 1.0' in told
    assert 'peg_alerts_total{alert="oversold"} 1.0' in told
