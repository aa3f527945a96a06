"""The worker of one shop: what is due is pushed, and nothing while a person has paused it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.support.bench import ETSY, NECKLACE, NOON, RING, Bench, etsy_ref, open_book
from tests.support.clocks import StandingClock

from peg.bus.signals import Signals
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.identity import OfferId
from peg.propagation import board, pauses
from peg.propagation.board import Group, Standing
from peg.propagation.targets import Aim
from peg.propagation.worker import ShopWorker


@dataclass(slots=True)
class Counter:
    """A pusher to whom every offer needs a raise; it counts what it is asked to send."""

    lowered: list[OfferId] = field(default_factory=list)
    raised: list[OfferId] = field(default_factory=list)

    async def groups(self, dirty: Sequence[Standing]) -> Sequence[Group]:
        return [Group(offers=[one]) for one in dirty]

    async def lower(self, group: Group) -> Sequence[Standing]:
        self.lowered += [one.offer for one in group.offers]
        return group.offers

    async def raise_(self, dirty: Sequence[Standing]) -> None:
        self.raised += [one.offer for one in dirty]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        async with begin(database) as session:
            bench = Bench(session)
            await bench.stock(RING, 1)
            offer = await bench.offer(etsy_ref(), RING)
            aims = {offer.id: (ETSY, Aim(quantities={"": 1}))}
            await board.set_aims(session, aims, now=NOON)
        yield database


def worker_of(database: Database, pusher: Counter) -> ShopWorker:
    clock = StandingClock()
    return ShopWorker(ETSY, pusher, database, clock, Signals(database, clock))


async def pause(database: Database) -> None:
    async with begin(database) as session:
        await pauses.pause(session, pauses.EVERYTHING, who="mira", why="a fair", now=NOON)


async def resume(database: Database) -> None:
    async with begin(database) as session:
        await pauses.resume(session, pauses.EVERYTHING)


async def test_a_raise_that_was_gathered_before_a_pause_is_not_sent_during_it(
    database: Database,
) -> None:
    pusher = Counter()
    worker = worker_of(database, pusher)
    await worker.lower_once()
    await pause(database)

    sent = await worker.raise_once()

    assert (sent, pusher.raised) == (0, [])


async def test_what_a_pause_held_up_is_sent_after_it(database: Database) -> None:
    pusher = Counter()
    worker = worker_of(database, pusher)
    await pause(database)
    await worker.lower_once()
    held_up = list(pusher.lowered)
    await resume(database)

    await worker.lower_once()
    await worker.raise_once()

    assert held_up == []
    assert len(pusher.lowered) == len(pusher.raised) == 1


@dataclass(slots=True)
class Clumsy(Counter):
    """Stumbles over the first offer at once; every other one takes its time."""

    async def lower(self, group: Group) -> Sequence[Standing]:
        if group.offers[0].offer == 1:
            raise ZeroDivisionError
        for _ in range(9):
            await asyncio.sleep(0)
        await Counter.lower(self, group)
        return []


@pytest.fixture
async def two_due(database: Database) -> Database:
    async with begin(database) as session:
        bench = Bench(session)
        await bench.stock(NECKLACE, 1)
        offer = await bench.offer(etsy_ref("23"), NECKLACE)
        await board.set_aims(session, {offer.id: (ETSY, Aim(quantities={"": 1}))}, now=NOON)
    return database


async def test_a_push_that_crashes_breaks_off_no_other_that_is_under_way(
    two_due: Database,
) -> None:
    pusher = Clumsy()

    with pytest.raises(ZeroDivisionError):
        await worker_of(two_due, pusher).lower_once()

    assert pusher.lowered == [2]


async def test_neither_does_it_in_the_loop_that_never_ends(two_due: Database) -> None:
    pusher = Clumsy()

    with pytest.raises(ZeroDivisionError):
        await worker_of(two_due, pusher).run_lowering()

    assert pusher.lowered == [2]
