"""The workers that keep each shop at its targets, and what wakes them."""

from collections.abc import Sequence
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.crew import Crew, all_to_their_end
from peg.bus.local import LocalBus
from peg.bus.signals import Signals
from peg.catalog import offers
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.domain.messages import OfferDrifted, StockChanged
from peg.intake.many import Many
from peg.propagation import board, many_raises
from peg.propagation.board import Group, Standing, targets_signal
from peg.propagation.pauses import stopped
from peg.propagation.retarget import retarget, retarget_offers

log = structlog.get_logger()

SWEEP_S = 0.5
ITEMS_AT_ONCE = 50
"""Items whose targets are computed in one transaction: nothing else happens meanwhile."""

BETWEEN_RAISES_S = 1.0
"""Raises are gathered for so long: one proof serves them all."""


class Pusher(Protocol):
    """Drives one shop's offers; one for marketplaces with conditional writes, one for others."""

    async def groups(self, dirty: Sequence[Standing]) -> Sequence[Group]:
        """Which offers must be pushed together."""

    async def lower(self, group: Group) -> Sequence[Standing]:
        """Send the decreases; return what needs a raise."""

    async def raise_(self, dirty: Sequence[Standing]) -> None:
        """Prove and send the raises."""


class Retargeter:
    """Computes targets anew whenever the book or a marketplace moves."""

    def __init__(self, database: Database, clock: Clock, many: Many) -> None:
        self._database = database
        self._clock = clock
        self._many = many

    def listen(self, bus: LocalBus) -> None:
        """Hear of changes."""
        bus.subscribe_to_all(StockChanged, self.on_stock_changed)
        bus.subscribe(OfferDrifted, self.on_offer_drifted)

    async def on_stock_changed(self, messages: Sequence[StockChanged]) -> None:
        """The availability of items changed: what one order took is lowered together."""
        skus = sorted({message.sku for message in messages})
        for start in range(0, len(skus), ITEMS_AT_ONCE):
            async with begin(self._database) as session:
                part = skus[start : start + ITEMS_AT_ONCE]
                now = self._clock.now()
                await retarget(session, part, now=now)
                await many_raises.look_again(session, many=self._many, now=now)

    async def on_offer_drifted(self, message: OfferDrifted) -> None:
        """A marketplace shows something else than we left there, or at another place."""
        async with begin(self._database) as session:
            now = self._clock.now()
            known = await offers.by_ids(session, [message.offer])
            await retarget_offers(session, list(known.values()), now=now)
            if any(offer.tracked and not offer.gone for offer in known.values()):
                await board.make_dirty(session, message.offer, now=now)
            else:
                await board.leave(session, message.offer)


class ShopWorker:
    """Drives one shop's dirty offers: decreases never wait behind raises, nor behind each other.

    What cannot disturb each other is pushed side by side: the pusher says which offers belong
    together. An offer under way is left alone until its push has ended.
    """

    def __init__(
        self, shop: ShopId, pusher: Pusher, database: Database, clock: Clock, signals: Signals
    ) -> None:
        self._shop = shop
        self._pusher = pusher
        self._database = database
        self._clock = clock
        self._signals = signals
        self._lowering: set[OfferId] = set()
        self._to_raise: dict[OfferId, Standing] = {}
        self._raising: frozenset[OfferId] = frozenset()

    async def run_lowering(self) -> None:
        """Lower until cancelled; a push that crashes lets the writes under way end before."""
        async with Crew() as pushes:
            while True:
                pushes.heed()
                for group in await self._due():
                    pushes.begin(self._lower(group))
                await self._signals.wait(targets_signal(self._shop), timeout_s=SWEEP_S)

    async def run_raising(self) -> None:
        """Raise until cancelled."""
        while True:
            await self._signals.wait(self._raises, timeout_s=SWEEP_S)
            if await self.raise_once():
                await self._clock.sleep(BETWEEN_RAISES_S)

    async def lower_once(self) -> int:
        """One round of decreases, to its end; how many groups were pushed."""
        groups = await self._due()
        await all_to_their_end(*(self._lower(group) for group in groups))
        return len(groups)

    async def raise_once(self) -> int:
        """One round of raises; how many offers were tried."""
        waiting, self._to_raise = self._to_raise, {}
        if not waiting:
            return 0
        async with reading(self._database) as session:
            if await self._is_stopped(session):
                return 0  # they are found again when writes may go
        self._raising = frozenset(waiting)
        try:
            await self._pusher.raise_(list(waiting.values()))
        finally:
            self._raising = frozenset()
        return len(waiting)

    async def _due(self) -> Sequence[Group]:
        """Dirty offers that nobody works on, grouped by what must be pushed together."""
        async with reading(self._database) as session:
            if await self._is_stopped(session):
                return []
            dirty = await board.dirty(session, self._shop, now=self._clock.now())
        groups = await self._pusher.groups(
            [one for one in dirty if one.offer not in self._lowering]
        )
        for group in groups:
            self._lowering.update(one.offer for one in group.offers)
        return groups

    async def _lower(self, group: Group) -> None:
        try:
            left = await self._pusher.lower(group)
        finally:
            self._lowering.difference_update(one.offer for one in group.offers)
        # Its target may have changed meanwhile: look again at once.
        self._signals.raise_(targets_signal(self._shop) if not left else self._raises)
        for standing in left:
            if standing.offer not in self._raising:
                self._to_raise[standing.offer] = standing

    async def _is_stopped(self, session: AsyncSession) -> bool:
        why = await stopped(session, self._shop)
        if why is not None:
            log.debug("push.stopped", shop=self._shop, why=why)
        return why is not None

    @property
    def _raises(self) -> str:
        return f"raises:{self._shop}"
