"""All background work in one process, for as long as it lives and whichever shops come and go."""

import asyncio
from collections.abc import Hashable, Mapping
from contextlib import suppress

import structlog

from peg.catalog import mirror
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel
from peg.intake.inbox import Receipt
from peg.shops import directory
from peg.wiring.engine import Engine
from peg.wiring.peg import Peg
from peg.wiring.tasks import Task, run_all
from peg.workers.alerts import Announcer
from peg.workers.gauges import Gauges

log = structlog.get_logger()

SHOPS_LOOKED_AT_S = 2.0

STOPS_WITHIN_S = 5.0
"""So long a moment without a transaction is waited for; then what is under way is broken off."""


class Embedded:
    """Runs the engine, and builds it anew when a shop is connected, revoked or connected again."""

    def __init__(self, peg: Peg, engine: Engine, shops: Hashable) -> None:
        self._peg = peg
        self._engine = engine
        self._shops = shops

    @classmethod
    async def prepare(cls, peg: Peg) -> "Embedded":
        """Build the engine for today's shops; deliveries can be received from now on."""
        shops = await _connected(peg)
        return cls(peg, await peg.engine(), shops)

    @property
    def engine(self) -> Engine:
        """The engine that runs now."""
        return self._engine

    async def receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Keep one webhook delivery, signed by any shop that is connected now."""
        return await self._engine.reception.receive(channel, headers, body)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            running = asyncio.ensure_future(self._run_engine())
            watching = asyncio.ensure_future(self._shops_changed())
            try:
                await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                ground = self._peg.ground
                await ground.database.between_transactions(ground.clock, within_s=STOPS_WITHIN_S)
                await _stop(running)
                await _stop(watching)
            self._shops = await _connected(self._peg)
            self._engine = await self._peg.engine()
            log.info("shops.changed", shops=sorted(self._engine.shops))

    def tasks(self) -> list[Task]:
        """Every background loop of the engine and of the process."""
        ground = self._peg.ground
        announcer = Announcer(ground.database, ground.clock)
        announcer.listen(self._engine.bus)
        gauges = Gauges(ground.database, ground.clock, ground.metrics)
        gauges.listen(self._engine.bus)
        return [*self._engine.tasks(), Task("gauges", gauges.run)]

    async def _run_engine(self) -> None:
        ground = self._peg.ground
        async with begin(ground.database) as session:
            await mirror.note_interrupted(session)
        await run_all(
            self.tasks(), clock=ground.clock, metrics=ground.metrics, alarm=self._engine.alarm
        )

    async def _shops_changed(self) -> None:
        while await _connected(self._peg) == self._shops:
            await self._peg.ground.clock.sleep(SHOPS_LOOKED_AT_S)


async def _connected(peg: Peg) -> Hashable:
    """What the engine depends on: which shops, connected when, and with which webhook secret."""
    async with reading(peg.ground.database) as session:
        shops = await directory.all_shops(session)
        return tuple(
            [
                (
                    shop.id,
                    shop.status,
                    shop.connected_at,
                    await directory.webhook_secret(session, peg.ring, shop.id),
                )
                for shop in shops
            ]
        )


async def _stop(task: "asyncio.Future[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
