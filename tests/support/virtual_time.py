"""Tests whose time is a number: a busy machine makes nothing late, and waiting costs nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from random import Random

from tests.simulation.driver import Disk, driver
from tests.simulation.process import Process
from tests.support.clocks import MONDAY_NOON

from peg.bus.signals import Signals
from peg.db.engine import Database, open_database, sqlite_url
from peg.domain.clock import Clock
from peg.monitoring.logs import configure_logs
from peg.monitoring.metrics import make_metrics
from peg.settings.environment import load_settings
from peg.settings.fields import Settings
from peg.wiring.clocks import ScaledClock
from peg.wiring.ground import Ground


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
async def virtual_ground(
    environment: Mapping[str, str], *, rng: Random, speed: float
) -> AsyncIterator[Ground]:
    """PEG's ground in virtual time: its database needs no thread, and its clock is the loop's."""
    settings = load_settings(environment)
    configure_logs(log_format="json", level="error", file=settings.log_path)
    file = f"{sqlite_url(settings.home / 'peg.db')}?timeout=0"
    database = open_database(file, driver=driver(Process("peg"), Disk()))
    clock = ScaledClock(speed, start=MONDAY_NOON, monotonic=asyncio.get_running_loop().time)
    yield ground_of(settings, database, clock, rng)
    await database.close()
