"""What every entry point needs, and what needs no marketplace: settings, database, time, chance."""

import errno
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom
from typing import ClassVar

from sqlalchemy.engine import make_url

from peg.bus.signals import Signals
from peg.db.engine import Database, open_database
from peg.db.errors import READ_ONLY_DISK, DiskFull
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind, PegError
from peg.monitoring.logs import configure_logs
from peg.monitoring.metrics import Metrics, make_metrics
from peg.settings.environment import load_settings, unknown_variables
from peg.settings.fields import Settings
from peg.wiring.clocks import ScaledClock, SystemClock


class HomeUnusable(PegError):
    """PEG_HOME, or something in it, cannot be made, read or written."""

    kind: ClassVar[ErrorKind] = "broken"

    def __init__(self, home: Path, cause: OSError) -> None:
        what_to_do = "Set it to a folder that this user may write, or give the user the right"
        if cause.errno == errno.EROFS:
            what_to_do = f"It is no matter of rights: {READ_ONLY_DISK}"
        super().__init__(
            f"PEG_HOME ({home}) cannot be used: {cause.strerror}"
            f"{f' ({cause.filename})' if cause.filename else ''}. {what_to_do}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The plumbing of one process."""

    settings: Settings
    database: Database
    clock: Clock
    rng: Random
    signals: Signals
    metrics: Metrics


def _least(settings: Settings, wanted: str) -> str:
    """Where there is no file, what is serious goes nowhere but to standard error."""
    return "warning" if wanted == "critical" and settings.log_path is None else wanted


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
        DriverMissing: what speaks to the database is not installed.
        HomeUnusable: PEG_HOME cannot be made, read or written.
        DiskFull: no room on it.
    """
    settings = load_settings(environment)
    configure_logs(
        log_format=settings.log_format,
        level=settings.log_level or _least(settings, log_level),
        file=settings.log_path,
    )
    time = clock if clock is not None else _clock(settings)
    database = open_database(settings.database)
    try:
        _make_folder(settings)
        yield Ground(
            settings=settings,
            database=database,
            clock=time,
            rng=rng if rng is not None else SystemRandom(),
            signals=Signals(database, time),
            metrics=make_metrics(),
        )
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(str(settings.home)) from error
        if error.filename and Path(os.fsdecode(error.filename)).is_relative_to(settings.home):
            raise HomeUnusable(settings.home, error) from error
        raise
    finally:
        await database.close()


def _clock(settings: Settings) -> Clock:
    return SystemClock() if settings.clock_speed == 1.0 else ScaledClock(settings.clock_speed)


def _make_folder(settings: Settings) -> None:
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and settings.database_url is None:
        try:
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise HomeUnusable(settings.home, error) from error


def misspelled(environment: Mapping[str, str]) -> Sequence[str]:
    """A sentence for each variable that looks like PEG's and that nobody reads."""
    return unknown_variables(environment)
