"""A jeweller's database that somebody breaks by hand, and the one who looks through it.

She has sold two of five chains on Etsy, and a ring that she had sold on Shopify already.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Executable
from tests.support.jeweller import Jeweller, open_jeweller

from peg.bus import outbox
from peg.catalog import mirror, offers
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferId, OfferRef, ShopId, Sku
from peg.domain.messages import Alert
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.marketplaces.port import Marketplace
from peg.monitoring.metrics import make_metrics
from peg.propagation import board
from peg.reconciliation.invariants import Truth
from peg.reconciliation.truth_watch import TruthWatch

CHAIN, RING = Sku("CHAIN-5"), Sku("RING-1")
KEY = "6f2cd3d3-6b5e-4a6b-8f0a-0d6f5a1b0001"


@dataclass(frozen=True, slots=True)
class Shop:
    """The jeweller's book, and the one who looks through it."""

    here: Jeweller
    watch: TruthWatch
    metrics: Any
    chain: OfferRef

    async def breaks(self, *statements: Executable) -> None:
        """Somebody does this to the database."""
        async with begin(self.here.database) as session:
            for statement in statements:
                await session.execute(statement)

    async def untrue(self) -> set[Truth]:
        """What a look finds and tells."""
        return {one.truth for one in await self.watch.look()}

    async def told(self) -> list[str]:
        """The alarms so far, by the truth that each is about."""
        async with reading(self.here.database) as session:
            alerts = [alert for _, alert in await outbox.recent(session, Alert)]
        return [one.subject for one in alerts if one.name == "invariant_broken"]

    async def offer(self) -> OfferId:
        async with reading(self.here.database) as session:
            return (await offers.by_refs(session, [self.chain]))[self.chain].id

    def counted(self, truth: Truth) -> float:
        value = self.metrics.registry.get_sample_value(
            "peg_invariant_breaches", {"truth": truth.value}
        )
        return float(value)

    def later(self, span: timedelta) -> None:
        self.here.clock.pass_(span.total_seconds())


@asynccontextmanager
async def open_shop_to_break(home: Path) -> AsyncIterator[Shop]:
    async with open_jeweller(home) as here:
        windows = (here.shopify, here.etsy)
        chains = [window.show(CHAIN, 5) for window in windows]
        rings = [window.show(RING, 1) for window in windows]
        await here.imports()
        for window in windows:
            window.later(300)
        here.etsy.sell(chains[1], 2)
        here.etsy.sell(rings[1])
        here.shopify.sell(rings[0])
        doors: dict[ShopId, Marketplace] = {window.shop: window for window in windows}
        polls = Polls(here.database, here.clock, doors, Patience())
        for window in windows:
            await polls.poll(window.shop)
        for sku in (CHAIN, RING):
            await here.retarget(sku)
        await everything_is_shown(here)
        metrics = make_metrics()
        watch = TruthWatch(here.database, here.clock, metrics)
        yield Shop(here, watch, metrics, chains[0])


async def everything_is_shown(here: Jeweller) -> None:
    """PEG has driven each offer to its target."""
    async with begin(here.database) as session:
        for one in await board.page(session, OfferId(0), limit=100):
            for place, pieces in one.target.quantities.items():
                await mirror.note_seen(session, one.offer, place, pieces)
            now = here.clock.now()
            await board.shown(session, one.offer, one.target.version, outcome="shown", now=now)
