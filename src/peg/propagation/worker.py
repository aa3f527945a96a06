"""The workers that keep each shop at its targets, and what wakes them."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from peg.bus.local import LocalBus
from peg.bus.signals import Signals
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.domain.messages import OfferDrifted, StockChanged
from peg.propagation import board
from peg.propagation.board import Standing, targets_signal
from peg.propagation.pauses import pause_of
from peg.propagation.retarget import retarget

log = structlog.get_logger()

SWEEP_S = 0.5
BETWEEN_RAISES_S = 1.0
"""Raises are gathered for so long: one proof serves them all."""


class Pusher(Protocol):
    """Drives one shop's offers; one for marketplaces with conditional writes, one for others."""

    async def lower(self, dirty: Sequence[Standing]) -> Sequence[Standing]:
        """Send the decreases; return what needs a raise."""

    async def raise_(self, dirty: Sequence[Standing]) -> None:
        """Prove and send the raises."""


class Retargeter:
    """Computes targets anew whenever the book or a marketplace moves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listen(self, bus: LocalBus) -> None:
        """Hear of changes."""
        bus.subscribe(StockChanged, self.on_stock_changed)
        bus.subscribe(OfferDrifted, self.on_offer_drifted)

    async def on_stock_changed(self, message: StockChanged) -> None:
        """An item's availability changed."""
        async with begin(self._database) as session:
            await retarget(session, [message.sku], now=self._clock.now())

    async def on_offer_drifted(self, message: OfferDrifted) -> None:
        """A marketplace shows something else than we left there."""
        async with begin(self._database) as session:
            await board.make_dirty(session, message.offer, now=self._clock.now())


class ShopWorker:
    """Drives one shop's dirty offers: decreases never wait behind raises."""

    def __init__(
        self, shop: ShopId, pusher: Pusher, database: Database, clock: Clock, signals: Signals
    ) -> None:
        self._shop = shop
        self._pusher = pusher
        self._database = database
        self._clock = clock
        self._signals = signals
        self._to_raise: dict[OfferId, Standing] = {}
        self._raising: frozenset[OfferId] = frozenset()

    async def run_lowering(self) -> None:
        """Lower until cancelled."""
        while True:
            if not await self.lower_once():
                await self._signals.wait(targets_signal(self._shop), timeout_s=SWEEP_S)

    async def run_raising(self) -> None:
        """Raise until cancelled."""
        while True:
            await self._signals.wait(self._raises, timeout_s=SWEEP_S)
            if await self.raise_once():
                await self._clock.sleep(BETWEEN_RAISES_S)

    async def lower_once(self) -> int:
        """One round of decreases; how many offers were due that are not waiting for a raise."""
        dirty = await self._dirty()
        waiting = self._raising.union(self._to_raise)
        if not dirty:
            return 0
        for standing in await self._pusher.lower(dirty):
            if standing.offer not in self._raising:
                self._to_raise[standing.offer] = standing
        if self._to_raise:
            self._signals.raise_(self._raises)
        return sum(one.offer not in waiting and one.offer not in self._to_raise for one in dirty)

    async def raise_once(self) -> int:
        """One round of raises; how many offers were tried."""
        waiting, self._to_raise = self._to_raise, {}
        self._raising = frozenset(waiting)
        try:
            if waiting:
                await self._pusher.raise_(list(waiting.values()))
        finally:
            self._raising = frozenset()
        return len(waiting)

    async def _dirty(self) -> Sequence[Standing]:
        async with reading(self._database) as session:
            pause = await pause_of(session, self._shop)
            if pause is not None:
                log.debug("push.paused", shop=self._shop, scope=pause.scope)
                return []
            return await board.dirty(session, self._shop, now=self._clock.now())

    @property
    def _raises(self) -> str:
        return f"raises:{self._shop}"
