import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from tests.support.clocks import StandingClock
from tests.support.laid_tables import lay_tables

from peg.bus.local import LocalBus
from peg.bus.outbox import stage
from peg.bus.signals import Signals
from peg.db.engine import Database, open_database, sqlite_url
from peg.db.transaction import begin
from peg.domain.identity import Sku
from peg.domain.messages import StockChanged

RING = StockChanged(sku=Sku("RING-1"), version=1, was=2, available=1)
STUDS = StockChanged(sku=Sku("STUDS-1"), version=1, was=2, available=1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    await lay_tables(database)
    yield database
    await database.close()


async def test_a_message_is_delivered_after_its_commit_and_once_is_enough(
    database: Database,
) -> None:
    clock = StandingClock()
    bus = LocalBus(database, clock, Signals(database, clock))
    heard: list[StockChanged] = []

    async def hear(message: StockChanged) -> None:
        heard.append(message)

    bus.subscribe(StockChanged, hear)
    async with begin(database) as session:
        await stage(session, RING, now=clock.now())
    await bus.relay_once()
    await bus.relay_once()

    assert heard == [RING]


async def test_a_message_of_a_transaction_that_failed_is_never_heard(database: Database) -> None:
    clock = StandingClock()
    bus = LocalBus(database, clock, Signals(database, clock))

    async def fail_after_staging() -> None:
        async with begin(database) as session:
            await stage(session, RING, now=clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_staging()

    assert await bus.relay_once() == 0


async def test_a_handler_that_fails_once_hears_the_message_again(database: Database) -> None:
    clock = StandingClock()
    bus = LocalBus(database, clock, Signals(database, clock))
    heard: list[StockChanged] = []

    async def stumble(message: StockChanged) -> None:
        heard.append(message)
        if len(heard) == 1:
            raise ConnectionError

    bus.subscribe(StockChanged, stumble)
    async with begin(database) as session:
        await stage(session, RING, now=clock.now())
    await bus.relay_once()
    clock.pass_(60)
    await bus.relay_once()

    assert heard == [RING, RING]


async def test_a_commit_wakes_the_relay(database: Database) -> None:
    clock = StandingClock()
    signals = Signals(database, clock)

    async with begin(database) as session:
        await stage(session, RING, now=clock.now())

    assert await signals.wait("outbox", timeout_s=0.0)


async def test_a_waiter_that_is_stopped_while_it_wakes_up_stops(database: Database) -> None:
    signals = Signals(database, StandingClock())

    async def wait_for_ever() -> None:
        while True:
            await signals.wait("outbox", timeout_s=0.0)

    for turns in range(12):
        waiter = asyncio.ensure_future(wait_for_ever())
        for _ in range(turns):
            await asyncio.sleep(0)
        waiter.cancel()
        done, _ = await asyncio.wait({waiter}, timeout=1)
        assert done, f"goes on after being stopped at turn {turns}"


async def test_who_wants_all_that_waits_gets_it_at_once(database: Database) -> None:
    clock = StandingClock()
    bus = LocalBus(database, clock, Signals(database, clock))
    heard: list[Sequence[StockChanged]] = []

    async def hear(messages: Sequence[StockChanged]) -> None:
        heard.append(messages)

    bus.subscribe_to_all(StockChanged, hear)
    async with begin(database) as session:
        await stage(session, RING, STUDS, now=clock.now())
    await bus.relay_once()
    await bus.relay_once()

    assert heard == [[RING, STUDS]]


async def test_one_message_that_cannot_be_worked_on_holds_up_no_other(database: Database) -> None:
    clock = StandingClock()
    bus = LocalBus(database, clock, Signals(database, clock))
    done: list[StockChanged] = []

    async def stumble_over_the_ring(messages: Sequence[StockChanged]) -> None:
        if RING in messages:
            raise LookupError
        done.extend(messages)

    bus.subscribe_to_all(StockChanged, stumble_over_the_ring)
    async with begin(database) as session:
        await stage(session, RING, STUDS, now=clock.now())
    await bus.relay_once()

    assert done == [STUDS]
