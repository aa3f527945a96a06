"""Two shops that PEG compares with the book, and what a comparison of them finds."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.jeweller import Jeweller, open_jeweller
from tests.support.shop_window import ShopWindow
from tests.support.shops import reporter

from peg.bus import outbox
from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferId, OfferRef, ShopId
from peg.domain.messages import Alert, OfferDrifted
from peg.domain.offer import Parts, Shelf
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.intake.polling import Polls
from peg.marketplaces.port import Marketplace
from peg.propagation import board
from peg.reads import doubts
from peg.reads.doubts import Difference
from peg.reconciliation.run import Reconciler

CHAIN, RING, STUDS = "CHAIN-5", "RING-1", "STUDS-1"


@dataclass(frozen=True, slots=True)
class Shop:
    """Both windows show five chains, a ring and studs; everything shows its target."""

    here: Jeweller
    refs: dict[tuple[ShopId, str], OfferRef]
    polls: Polls
    reconciler: Reconciler

    @property
    def shopify(self) -> ShopWindow:
        return self.here.shopify

    @property
    def etsy(self) -> ShopWindow:
        return self.here.etsy

    def ref(self, window: ShopWindow, sku: str) -> OfferRef:
        return self.refs[window.shop, sku]

    def sets(self, window: ShopWindow, sku: str, pieces: int) -> None:
        """Somebody types another figure into the shop."""
        ref = self.ref(window, sku)
        remote = window.offers[ref]
        parts = {place: Parts(available=pieces) for place in remote.reading.parts}
        window.offers[ref] = replace(remote, reading=replace(remote.reading, parts=parts))

    def puts(self, window: ShopWindow, sku: str, shelf: Shelf) -> None:
        """Somebody puts it on or off sale."""
        ref = self.ref(window, sku)
        remote = window.offers[ref]
        window.offers[ref] = replace(remote, reading=replace(remote.reading, shelf=shelf))

    async def compares(self, window: ShopWindow) -> Sequence[Difference]:
        """What the newest comparison of the shop has found."""
        await self.reconciler.reconcile(window.shop)
        async with reading(self.here.database) as session:
            runs = await doubts.drift(session)
        return next(run.differences for run in runs if run.shop == window.shop)

    async def finds(self, window: ShopWindow) -> list[tuple[str, str, str]]:
        """The same in short: title, cause and what was done."""
        return [(one.title, one.cause, one.action) for one in await self.compares(window)]

    async def offer(self, window: ShopWindow, sku: str) -> Offer:
        ref = self.ref(window, sku)
        async with reading(self.here.database) as session:
            return (await offers.by_refs(session, [ref]))[ref]

    async def is_due(self, window: ShopWindow, sku: str) -> bool:
        """Whether the offer is driven to its target now."""
        offer = await self.offer(window, sku)
        async with reading(self.here.database) as session:
            drifted = [one.offer for _, one in await outbox.recent(session, OfferDrifted)]
            due = await board.dirty(session, window.shop, now=self.here.clock.now())
        return offer.id in {*drifted, *(one.offer for one in due)}

    async def alarms(self) -> list[str]:
        async with reading(self.here.database) as session:
            return [one.name for _, one in await outbox.recent(session, Alert)]


@asynccontextmanager
async def open_compared_shop(home: Path) -> AsyncIterator[Shop]:
    """All is imported, and shows what it should."""
    async with open_jeweller(home) as here:
        windows = (here.shopify, here.etsy)
        shelf = {CHAIN: 5, RING: 1, STUDS: 1}
        refs = {
            (window.shop, sku): window.show(sku, pieces)
            for window in windows
            for sku, pieces in shelf.items()
        }
        await here.imports()
        for window in windows:
            window.later(300)
        await all_shown(here)
        doors: dict[ShopId, Marketplace] = {window.shop: window for window in windows}
        ground = (here.database, here.clock, doors)
        patience = Patience()
        polls = Polls(*ground, patience)
        lookout = Lookout(*ground, patience, polls=polls)
        reconciler = Reconciler(
            *ground, polls=polls, lookout=lookout, patience=patience, reporter=reporter()
        )
        yield Shop(here, refs, polls, reconciler)


async def all_shown(here: Jeweller) -> None:
    async with begin(here.database) as session:
        for one in await board.page(session, OfferId(0), limit=100):
            now = here.clock.now()
            await board.shown(session, one.offer, one.target.version, outcome="shown", now=now)
