"""What every entry point needs, and what needs no marketplace: settings, database, time, chance."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random, SystemRandom

from sqlalchemy.engine import make_url

from peg.bus.signals import Signals
from peg.db.engine import Database, open_database
from peg.domain.clock import Clock
from peg.monitoring.logs import configure_logs
from peg.monitoring.metrics import Metrics, make_metrics
from peg.settings import Settings, load_settings, unknown_variables
from peg.wiring.clocks import ScaledClock, SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The plumbing of one process."""

    settings: Settings
    database: Database
    clock: Clock
    rng: Random
    signals: Signals
    metrics: Metrics


@asynccontextmanager
async def open_ground(
    environment: Mapping[str, str],
    *,
    clock: Clock | None = None,
    rng: Random | None = None,
    log_level: str = "warning",
) -> AsyncIterator[Ground]:
    """Read the settings and open the database; close it at the end.

    `log_level` holds unless PEG_LOG_LEVEL says otherwise.

    Raises:
        BadSettings: the environment holds what cannot be.
    """
    settings = load_settings(environment)
    configure_logs(log_format=settings.log_format, level=settings.log_level or log_level)
    time = clock if clock is not None else _clock(settings)
    database = open_database(settings.database)
    _make_folder(settings)
    try:
        yield Ground(
            settings=settings,
            database=database,
            clock=time,
            rng=rng if rng is not None else SystemRandom(),
            signals=Signals(database, time),
            metrics=make_metrics(),
        )
    finally:
        await database.close()


def _clock(settings: Settings) -> Clock:
    return SystemClock() if settings.clock_speed == 1.0 else ScaledClock(settings.clock_speed)


def _make_folder(settings: Settings) -> None:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and settings.database_url is None:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)


def misspelled(environment: Mapping[str, str]) -> Sequence[str]:
    """Variables that look like PEG's and that nobody reads."""
    return unknown_variables(environment)
