"""All background work in one process, for as long as it lives and whichever shops come and go.

Each shop has a group of tasks of its own. When it is connected, revoked or taken out, only that
group is stopped or begun: the other shops' writes under way get their answers, their limits and
breakers keep what they know, and no alarm is told anew.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from peg.catalog.interrupted import note_interrupted, note_shop_interrupted
from peg.db.errors import DatabaseUnavailable
from peg.db.transaction import begin, reading
from peg.domain.identity import Channel, ShopId
from peg.intake import public_address
from peg.intake.inbox import Receipt
from peg.shops import directory
from peg.wiring.engine import Engine
from peg.wiring.exposure import period_of, terms_of
from peg.wiring.ground import Ground
from peg.wiring.peg import Peg
from peg.wiring.rounds import every
from peg.wiring.standstill import Standstill, keep_alert, waited_out
from peg.wiring.tasks import Task, run_all
from peg.workers.alerts import Announcer, Ender
from peg.workers.gauges import Gauges
from peg.workers.one_shop import OneShop
from peg.workers.retention import Kept, Retention

log = structlog.get_logger()

SHOPS_LOOKED_AT_S = 2.0
ALERTS_LOOKED_AT_S = 5.0
RETENTION_S = 3600.0

STOPS_WITHIN_S = 5.0
"""So long a moment without a transaction is waited for; then what is under way is broken off."""

Reach = Mapping[ShopId, datetime]
"""The shops within reach, and since when: one that was connected again has another door."""


class Embedded:
    """Runs the engine, and follows the shops that are connected, revoked or taken out meanwhile."""

    def __init__(self, peg: Peg, engine: Engine, reach: Reach) -> None:
        self._peg = peg
        self._engine = engine
        self._reach = reach
        database, clock = peg.ground.database, peg.ground.clock
        self._standstill = Standstill(clock, partial(keep_alert, database, clock))
        self._works: dict[ShopId, asyncio.Future[None]] = {}
        self._following = asyncio.Lock()

    @classmethod
    async def prepare(cls, peg: Peg) -> "Embedded":
        """Build the engine for today's shops; deliveries can be received from now on.

        Writes that were under way when the last process ended are doubtful: nobody hears of them.
        """
        async with begin(peg.ground.database) as session:
            await note_interrupted(session)
            await public_address.keep(session, peg.ground.settings.public_url)
        reach = await _within_reach(peg)
        return cls(peg, await peg.engine(), reach)

    @property
    def engine(self) -> Engine:
        """The engine that runs."""
        return self._engine

    async def receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Keep one webhook delivery, signed by any shop that is believed now."""
        try:
            return await self._engine.reception.receive(channel, headers, body)
        except DatabaseUnavailable as error:
            if (nothing_taken := waited_out(error)) is not None:
                self._standstill.meet(nothing_taken)  # perhaps before any task has met it
            raise

    async def run(self) -> None:
        """Work until cancelled."""
        for key in self._engine.shops:
            self._begin(key)
        shared = asyncio.ensure_future(self._run_all(self.tasks()))
        try:
            await asyncio.wait({shared})
        finally:
            await self._between_transactions()
            await _stop(shared, *self._works.values())

    def tasks(self) -> list[Task]:
        """Every background loop of the process that serves all shops."""
        ground = self._peg.ground
        announcer = Announcer(ground.database, ground.clock)
        announcer.listen(self._engine.bus)
        ender = Ender(ground.database, ground.clock)
        retention = Retention(ground.database, ground.clock, _kept(ground))
        gauges = Gauges(ground.database, ground.clock, ground.metrics)
        gauges.listen(self._engine.bus)
        terms, period = terms_of(ground.settings), partial(period_of, ground.settings)
        one_shop = OneShop(ground.database, ground.clock, ground.signals, terms, period)
        one_shop.listen(self._engine.bus)
        return [
            *self._engine.tasks(),
            Task("gauges", gauges.run),
            Task("retention", every(ground.clock, RETENTION_S, retention.prune)),
            Task("alerts", every(ground.clock, ALERTS_LOOKED_AT_S, ender.look)),
            Task("exposure", one_shop.run),
            Task("shops", every(ground.clock, SHOPS_LOOKED_AT_S, self.follow)),
        ]

    async def follow(self) -> None:
        """Take up the shops that came within reach, and leave alone those that went out of it.

        One look at a time: two that saw the same change would both stop the same shop's work.
        """
        async with self._following:
            self._engine.believe(await self._peg.signatures())
            now = await _within_reach(self._peg)
            for key in sorted(now.keys() | self._reach.keys()):
                if now.get(key) != self._reach.get(key):
                    await self._change(key)
            self._reach = now

    async def _change(self, key: ShopId) -> None:
        """Stop the shop's work, if there is any, and begin it anew, if the shop is within reach."""
        if key in self._works:
            await self._between_transactions()
            try:
                await _stop(self._works[key])
            finally:
                if self._works[key].done():
                    del self._works[key]
        self._engine.close(key)
        async with begin(self._peg.ground.database) as session:
            await note_shop_interrupted(session, key)
        shop = (await self._peg.shops()).get(key)
        if shop is not None:
            self._engine.open(shop)
            self._begin(key)
        log.info("shop.changed", shop=key, within_reach=shop is not None)

    def _begin(self, key: ShopId) -> None:
        work = self._run_all(self._engine.tasks_of(key))
        self._works[key] = asyncio.ensure_future(work)

    async def _run_all(self, tasks: list[Task]) -> None:
        ground = self._peg.ground
        await run_all(
            tasks,
            clock=ground.clock,
            metrics=ground.metrics,
            alarm=self._engine.alarm,
            standstill=self._standstill,
        )

    async def _between_transactions(self) -> None:
        """Wait until none is under way, so that what is stopped now breaks none off."""
        ground = self._peg.ground
        await ground.database.between_transactions(ground.clock, within_s=STOPS_WITHIN_S)


def _kept(ground: Ground) -> Kept:
    settings = ground.settings
    return Kept(
        sent=timedelta(days=settings.attempts_kept_days),
        deliveries=timedelta(days=settings.deliveries_kept_days),
        alerts=timedelta(days=settings.alerts_kept_days),
    )


async def _within_reach(peg: Peg) -> Reach:
    async with reading(peg.ground.database) as session:
        shops = await directory.all_shops(session)
    return {shop.id: shop.connected_at for shop in shops if shop.status.reachable}


async def _stop(*works: "asyncio.Future[None]") -> None:
    """Cancel them and wait for their end. Whoever waits here may be cancelled too, and hears it."""
    for work in works:
        work.cancel()
    await asyncio.wait(works)
    for work in works:
        if not work.cancelled():
            work.result()
