"""Tests whose time is a number: a busy machine makes nothing late, and waiting costs nothing."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from tests.simulation.clock import SimulatedClock
from tests.simulation.driver import Disk, driver
from tests.simulation.process import Process
from tests.simulation.virtual_loop import VirtualLoop
from tests.support.clocks import MONDAY_NOON

from peg.bus.signals import Signals
from peg.db.engine import Database, open_database, sqlite_url
from peg.domain.clock import Clock
from peg.monitoring.logs import configure_logs
from peg.monitoring.metrics import make_metrics
from peg.settings.environment import load_settings
from peg.settings.fields import Settings
from peg.wiring.ground import Ground


def in_virtual_time(work: Coroutine[Any, Any, None]) -> None:
    """Do it in a loop of its own, whose time passes only while nobody has anything to do."""
    loop = VirtualLoop()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(work)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def ground_of(settings: Settings, database: Database, clock: Clock, rng: Random) -> Ground:
    """PEG's ground on a database that somebody has opened."""
    return Ground(
        settings=settings,
        database=database,
        clock=clock,
        rng=rng,
        signals=Signals(database, clock),
        metrics=make_metrics(),
    )


@asynccontextmanager
async def virtual_ground(environment: Mapping[str, str], *, rng: Random) -> AsyncIterator[Ground]:
    """PEG's ground in virtual time: its database needs no thread, and its clock is the loop's."""
    settings = load_settings(environment)
    configure_logs(log_format="json", level="critical", file=None)
    file = f"{sqlite_url(settings.home / 'peg.db')}?timeout=0"
    database = open_database(file, driver=driver(Process("peg"), Disk()))
    clock = SimulatedClock(MONDAY_NOON, skew_s=0.0, drift=0.0)
    yield ground_of(settings, database, clock, rng)
    await database.close()
