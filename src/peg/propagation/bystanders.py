"""Variations that nobody matched, in a listing that PEG writes: what is sold of them stays sold.

Etsy takes a listing as a whole. So a write for one variation carries the others as they were just
read, and one of those that is sold at this very moment is put on sale again. For a matched one its
order tells (`covered_sales`); no book counts the others, so here their order lowers what our write
carried, once, and a person is told.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.bus.local import LocalBus
from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import Channel, OfferId
from peg.domain.messages import Alert, OrderTakenIn
from peg.domain.offer import ANYWHERE, Parts, Reading, Shelf
from peg.domain.order import LineSnapshot, OrderSnapshot
from peg.intake.patience import CLOCKS_APART, Patience
from peg.ledger import kept
from peg.marketplaces.etsy import replacement
from peg.propagation import attempts, board
from peg.propagation.targets import Aim

WHY = "sold on its shop while PEG wrote its listing; nobody has matched it"


class Bystanders:
    """Hears of new orders of variations that nobody matched."""

    def __init__(self, database: Database, clock: Clock, patience: Patience) -> None:
        self._database = database
        self._clock = clock
        self._patience = patience

    def listen(self, bus: LocalBus) -> None:
        """Hear of orders."""
        bus.subscribe(OrderTakenIn, self.on_order)

    async def on_order(self, message: OrderTakenIn) -> None:
        """What a write of ours may have put on sale again is taken off."""
        if not message.is_new:
            return
        async with reading(self._database) as session:
            order = await kept.kept_order(session, message.shop, message.order)
            sold = {line.ref: line for line in order.lines if line.ref is not None}
            known = await offers.by_refs(session, list(sold))
        unmatched = [offer for offer in known.values() if _is_meant(offer)]
        if not unmatched:
            return
        async with begin(self._database) as session:
            for offer in unmatched:
                await self._sold(session, offer, sold[offer.ref], order)

    async def _sold(
        self, session: AsyncSession, offer: Offer, line: LineSnapshot, order: OrderSnapshot
    ) -> None:
        carried = await self._carried(session, offer, placed_at=order.created_at)
        units = line.committed + line.shipped + line.written_off
        if not carried or not units:
            return
        now, standing = self._clock.now(), await board.standing_of(session, offer.id)
        left = max(0, (standing.target.total if standing else carried) - units)
        if standing is None:
            await _begin_with(session, offer, carried, now=now)
        aim = Aim(quantities={ANYWHERE: left}, why=(WHY,), allowed=left)
        await board.set_aims(session, {offer.id: (offer.ref.shop, aim)}, now=now)
        sentence = (
            f"{offer.name!r} on Etsy is matched to no piece, and was sold there while PEG wrote its"
            f" listing for another variation: that may have put it on sale again, so PEG lowers it"
            f" to {left} there. See whether that is right, and match it (`peg match`)"
        )
        alert = Alert(name="unmatched_lowered", subject=str(offer.id), sentence=sentence)
        await tell(session, alert, now=now)

    async def _carried(self, session: AsyncSession, offer: Offer, *, placed_at: datetime) -> int:
        """The figure of it in our last write that may have come after the sale; 0: in none."""
        ahead = await attempts.clock_ahead(session, offer.ref.shop)  # Etsy's clock stamped the sale
        earliest, latest = placed_at - ahead.most, placed_at - ahead.least
        read_by = latest + self._patience.old_state() + CLOCKS_APART  # it was as old at most
        found = await attempts.around(
            session, offer.ref.shop, since=earliest - CLOCKS_APART, until=read_by
        )
        images = [one for one in found if one["listing"] == offer.ref.listing]
        if not images:
            return 0
        return replacement.quantities(images[-1]["inventory"]).get(offer.ref.variant, 0)


def _is_meant(offer: Offer) -> bool:
    """One that nobody matched, where listings are written whole."""
    return offer.ref.channel is Channel.ETSY and not offer.components and not offer.gone


async def let_be(session: AsyncSession, offer: OfferId) -> None:
    """It shows what it should: from now on it is none of PEG's business again."""
    await mirror.close_place(session, offer, ANYWHERE)
    await board.forget(session, offer)


async def _begin_with(session: AsyncSession, offer: Offer, carried: int, *, now: datetime) -> None:
    """From our write until it shows the sale we know what it shows."""
    beside = [one.id for one in await offers.of_listing(session, offer.ref.shop, offer.ref.listing)]
    rows = await mirror.expected_of(session, beside)
    shelf = next((row.shelf for by_place in rows.values() for row in by_place.values()), None)
    shown = Reading(
        ref=offer.ref,
        parts={ANYWHERE: Parts(available=carried)},
        shelf=shelf or Shelf.LISTED,
        begun_at=now,
    )
    await mirror.begin_with(session, {offer.id: shown})
