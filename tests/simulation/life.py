"""PEG as it runs embedded, from its start until it is killed; the database outlives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx2
from starlette.types import ASGIApp
from tests.simulation.clock import SimulatedClock
from tests.simulation.driver import Disk, driver
from tests.simulation.process import Process
from tests.support.virtual_time import ground_of

from peg.db.engine import open_database, sqlite_url
from peg.intake.patience import Patience
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.quota import Quotas
from peg.settings.environment import load_settings
from peg.shops.connect.desk import Desk
from peg.shops.sealing import KeyRing
from peg.web.app import create_app
from peg.wiring.ground import Ground
from peg.wiring.peg import Peg
from peg.workers.embedded import Embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process's PEG, put together as `peg run` does it, over this clock and this wire."""

    process: Process
    peg: Peg

    @property
    def ground(self) -> Ground:
        """Its settings, database, time and chance."""
        return self.peg.ground

    async def work(self) -> ASGIApp:
        """Begin to work; gives the application that takes webhooks."""
        embedded = await Embedded.prepare(self.peg)
        self.process.works(embedded.run())
        return create_app(self.ground, embedded)


def be_born(
    process: Process,
    *,
    home: Path,
    disk: Disk,
    clock: SimulatedClock,
    rng: Random,
    http: httpx2.AsyncClient,
    ring: KeyRing,
    environment: Mapping[str, str],
) -> Life:
    """Open the database that is there; nothing runs yet."""
    settings = load_settings({**environment, "PEG_HOME": str(home)})
    address = f"{sqlite_url(home / 'peg.db')}?timeout=0"
    database = open_database(address, driver=driver(process, disk))
    ground = ground_of(settings, database, clock, rng)
    desk = Desk(
        database=database,
        clock=clock,
        ring=ring,
        http=http,
        shopify_url=settings.shopify_url,
        etsy_url=settings.etsy_url,
        etsy_consent_url=settings.consent_url,
    )
    peg = Peg(
        ground=ground,
        ring=ring,
        http=http,
        calls=CallLog(ground.metrics),
        quotas=Quotas(clock),
        patience=Patience(),
        desk=desk,
    )
    return Life(process=process, peg=peg)
