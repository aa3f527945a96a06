"""Fewer pieces than expected: held on all channels until their order comes, or nobody's order."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.domain.identity import Channel
from peg.domain.offer import Reading, Shelf
from peg.intake.doubts import Doubts
from peg.intake.judgement import Judgement, Meaning
from peg.intake.lateness import order_lag
from peg.intake.patience import CLOCKS_APART
from peg.intake.surprises import Done, What
from peg.ledger import queries, suspense

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One offer, of which a reading shows fewer than expected."""

    session: AsyncSession
    offer: Offer
    reading: Reading
    doubts: Doubts
    now: datetime

    async def missed(
        self, place: str, available: int, row: Expectation, judgement: Judgement
    ) -> None:
        """Hold it on all channels, unless very many offers show fewer at once.

        Sold once more, or the same that PEG was told of: only pieces that are left can be held. Of
        the others it is noted that they are off here already: an order of theirs takes none again.
        """
        await mirror.note_seen(self.session, self.offer.id, place, available)
        if judgement.meaning is Meaning.RESERVED:  # by the marketplace, as it tells itself
            await self._suspend(place, judgement.pieces, row, reservation=True)
            return
        sold_out = self.reading.shelf is Shelf.SOLD_OUT  # a buyer did that, whatever PEG was told
        told = 0 if sold_out else min(judgement.pieces, max(0, -row.to_come))
        told -= min(told, await self._sold_after_it_changed(place)) if told else 0
        unheard = judgement.pieces - told
        if unheard and not await self.doubts.brake.stops(
            self.offer,
            What.PIECES,
            place,
            pieces=-unheard,
            base=row.quantity,
            done=Done.SUSPENDED,
        ):
            await self._suspend(place, unheard, row)
        held = min(told, await self.doubts.left())
        if held:
            await self._suspend(place, held, row, told=True)
        if told > held:
            since = (
                self.now + self.reading.clock_ahead.most
            )  # as the shop stamps the orders that come
            off = told - held
            await mirror.note_off_already(self.session, self.offer.id, place, off, since=since)

    async def _sold_after_it_changed(self, place: str) -> int:
        """Units that other shops sold only after this figure had changed: that is something else.

        Shopify says when it last did, and the others when they sold: our clock has no part in it.
        """
        at, shop = self.reading.parts[place].changed_at, self.offer.ref.shop
        if at is None:
            return 0
        after = at + CLOCKS_APART
        sold = [
            await queries.sold_elsewhere_since(self.session, one.sku, after, besides=shop)
            // one.quantity
            for one in self.offer.components
        ]
        return max(sold, default=0)

    async def _suspend(
        self,
        place: str,
        pieces: int,
        row: Expectation,
        *,
        reservation: bool = False,
        told: bool = False,
    ) -> None:
        """Hold on all channels what is missing here, until its order explains it."""
        missed = suspense.Missed(
            offer=self.offer.id,
            place=place,
            location=await mirror.location_of(self.session, self.offer, place),
            components=self.offer.components,
            pieces=pieces,
            reservation=reservation,
            told=told,
            shown_at=self.reading.marketplace_at,
            may_be_there=self._may_be_old(row),
        )
        waits = await order_lag(
            self.session, self.offer.ref.shop, self.doubts.patience, now=self.now
        )
        if missed.may_be_there:  # if it is, it was shown for as long by then
            waits = min(waits, 2 * self.doubts.patience.receipt_lag())
        await suspense.open_suspense(self.session, missed, due_at=self.now + waits, now=self.now)
        log.info("stock.missed", offer=self.offer.id, place=place, pieces=pieces, told=told)

    def _may_be_old(self, row: Expectation) -> bool:
        """Etsy may show for a while what stood there before our write: fewer, if that raised it."""
        if self.offer.ref.channel is not Channel.ETSY or row.written_at is None:
            return False
        return self.reading.begun_at < row.written_at + self.doubts.patience.old_state()
