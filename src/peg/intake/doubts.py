"""What PEG does when a marketplace shows something that nothing explains."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.alerts.register import tell
from peg.bus.outbox import stage
from peg.catalog import items, mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.domain.identity import Channel
from peg.domain.messages import Alert, OfferDrifted
from peg.domain.offer import ANYWHERE, Ahead, Shelf
from peg.intake import checks, surprises
from peg.intake.brake import Brake
from peg.intake.covered_sales import covered_sales, shown_as_before
from peg.intake.edits import WITHDRAWN_BY_HAND, Edits
from peg.intake.patience import Patience
from peg.intake.polling import last_read_at
from peg.intake.surprises import Done, Surprise, What
from peg.ledger import pieces_asked, queries, questions
from peg.ledger.pieces_asked import Extra
from peg.ledger.told_twice import TWICE_WITHIN

log = structlog.get_logger()

_TAKEN_OFF = (
    "{} was taken off sale on {} by hand. Leave it off, or let PEG put it back when stock allows?"
)
_SWITCHED_OFF = (
    "{} was switched off on {} by hand. Leave it off? To sell it there again, switch it on there:"
    " PEG never does that itself"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """One offer that shows more, or is on or off sale, without a known reason.

    `ahead`: how far its marketplace's clock was ahead of ours when it showed this.
    """

    session: AsyncSession
    offer: Offer
    patience: Patience
    brake: Brake
    ahead: Ahead
    now: datetime

    async def shows_more(
        self, place: str, available: int, row: Expectation, pieces: int, *, is_back: bool
    ) -> None:
        """More pieces than expected: believed only when seen twice, with orders read between.

        What PEG has been told of, and was about to show, a person may have typed there herself.
        `is_back`: it was off sale before, and can be bought now.
        """
        sold = await self._covered_sales(row)
        if not await self._seen_for_long(place, pieces, told=pieces <= sold, after=row.written_at):
            if pieces > sold:
                await self._seen_first(place, available, row, sold, is_back=is_back)
            return
        await checks.done(self.session, self.offer.id)
        first = await surprises.take_first_sight(self.session, self.offer.id, place)
        await mirror.note_seen(self.session, self.offer.id, place, available)
        if ours := min(pieces, sold):
            log.warning("stock.overwrote_sale", offer=self.offer.id, pieces=ours)
            await self.drifted()
        if (more := pieces - ours - max(0, row.to_come)) > 0:
            await self._is_more(place, available, row, more)
        if first and (open_ := min(first.pieces - more, await self._came_back_after(first))) > 0:
            await self.ask_about_extra(available, open_)

    async def _came_back_after(self, first: Surprise) -> int:
        """Units of orders that were cancelled only after more was seen: they may be on top of it.

        Or they are the same: who cancels on Etsy types the piece in again herself.
        """
        shop, found = self.offer.ref.shop, []
        for part in self.offer.components:
            pieces = await queries.came_back_after(self.session, part.sku, shop, first.met_at)
            found.append(pieces // part.quantity)
        return min(found, default=0)

    async def _seen_first(
        self, place: str, available: int, row: Expectation, sold: int, *, is_back: bool
    ) -> None:
        """Noted, and asked about once a write has covered it.

        What had been off sale and is one of a kind is taken off again before anything is believed.
        """
        base = row.quantity + max(sold, row.to_come)
        more = available - base
        if more <= 0:
            return
        stopped = await self._stopped(What.FIRST_SIGHT, place, more, base, done=Done.SEEN)
        if is_back and not stopped and not await self.is_stocked():
            await mirror.note_seen(self.session, self.offer.id, place, available)
            await self.drifted()

    async def _is_more(self, place: str, available: int, row: Expectation, pieces: int) -> None:
        """Nothing that we did explains these: of goods in stock they are believed.

        What was typed on another shop just now is most likely the same piece, typed on both.
        """
        is_stocked = await self.is_stocked() and not await self._was_typed_elsewhere()
        done = Done.BELIEVED if is_stocked else Done.ASKED
        if await self._stopped(What.PIECES, place, pieces, row.quantity, done=done):
            return
        if is_stocked:
            edits = Edits(session=self.session, offer=self.offer, now=self.now)
            await edits.believe_more(place, pieces)
        else:
            await self.ask_about_extra(available, pieces)
            await self.drifted()

    async def _stopped(self, what: What, place: str, pieces: int, base: int, *, done: Done) -> bool:
        return await self.brake.stops(self.offer, what, place, pieces=pieces, base=base, done=done)

    async def ghost(self) -> None:
        """Back on sale although it was withdrawn or deleted: withdrawn again, and alarmed."""
        await mirror.note_shelf(self.session, self.offer.id, Shelf.LISTED)
        sells = ", ".join(part.sku for part in self.offer.components)
        named = f"{self.offer.name!r}" + (f" ({sells})" if sells else "")
        await self.alarm(
            "ghost_unit",
            f"{named} is back on sale on {self.offer.ref.channel} although it was"
            f" {'deleted' if self.offer.gone else 'withdrawn'}: it is taken off again unless stock"
            " allows it. If you are asked whether there is really another one (`peg questions`),"
            " say so",
        )
        await self.drifted()

    async def back_by_hand(self, shelf: Shelf) -> None:
        """A person has undone what a person had taken off sale: PEG cares for it again."""
        await mirror.note_shelf(self.session, self.offer.id, shelf)
        await offers.park(self.session, self.offer.id, parked=False)
        await questions.withdraw(self.session, WITHDRAWN_BY_HAND, str(self.offer.id), now=self.now)
        await self.drifted()

    async def withdrawn_by_hand(self, base: int, shelf: Shelf) -> None:
        """Off sale although we left it on, showing `base`: a person's wish, kept until one says no.

        Very many at once may be no wish: they are not put back either.
        """
        await mirror.note_shelf(self.session, self.offer.id, shelf)
        if await self.brake.stops(self.offer, What.OFF_SALE, base=base, done=Done.PARKED):
            return
        await offers.park(self.session, self.offer.id)
        asks = _SWITCHED_OFF if shelf is Shelf.SWITCHED_OFF else _TAKEN_OFF
        await questions.ask(
            self.session,
            kind=WITHDRAWN_BY_HAND,
            subject=str(self.offer.id),
            sentence=asks.format(repr(self.offer.name), self.offer.ref.channel),
            evidence={"listing": self.offer.ref.listing},
            options=("leave",) if asks is _SWITCHED_OFF else ("leave", "put_back"),
            default="leave",
            now=self.now,
        )

    async def drifted(self) -> None:
        """Have the offer compared with its target, and pushed."""
        message = OfferDrifted(shop=self.offer.ref.shop, offer=self.offer.id)
        await stage(self.session, message, now=self.now)

    async def is_no_old_figure(self, place: str, row: Expectation, pieces: int) -> bool:
        """Whether missed or cancelled pieces are shown again for so long that they must be back.

        Etsy's reads do not fall together: one is old while another has told of the sale already.
        What a cancellation may bring back is no old figure unless it was sold a moment ago.
        """
        if self.offer.ref.channel is not Channel.ETSY:
            return True
        if pieces <= row.may_rise and not await self._may_be_from_before_a_sale():
            return True
        if not await self._seen_for_long(place, pieces, told=False, after=row.written_at):
            return False
        await checks.done(self.session, self.offer.id)
        return True

    async def _may_be_from_before_a_sale(self) -> bool:
        return bool(await self.shown_as_before(read_at=self.now))

    async def shown_as_before(self, *, read_at: datetime) -> int:
        """Units sold so shortly before a reading that an old state may show them still."""
        return await shown_as_before(
            self.session, self.offer.id, self.patience, ahead=self.ahead, read_at=read_at
        )

    async def is_seen_twice(self) -> bool:
        """Whether what a write of ours may have put back is shown again, so is no old state."""
        return await self._seen_for_long(ANYWHERE, 0, told=True)

    async def _covered_sales(self, row: Expectation) -> int:
        if self.offer.ref.channel is not Channel.ETSY:
            return 0
        return await covered_sales(
            self.session, self.offer.id, row, self.patience, ahead=self.ahead, now=self.now
        )

    async def _seen_for_long(
        self, place: str, pieces: int, *, told: bool, after: datetime | None = None
    ) -> bool:
        """Whether so many more may be believed; if not, it is remembered and read again.

        Etsy may go on for a while to show what stood there before a sale, and tell of the sale
        late: more is believed there only once every sale from before must have been told. Where
        sales that are `told` explain it, it only has to be no old state, in whichever reading.
        `after`: when we wrote there last; what was seen before went with it.
        """
        is_etsy = self.offer.ref.channel is Channel.ETSY
        lag = self.patience.receipt_lag() if is_etsy and not told else timedelta(0)
        old_state = self.patience.old_state() if is_etsy else timedelta(0)
        wait = max(self.patience.confirm(), old_state, lag)
        known = await checks.check_of(self.session, self.offer.id)
        seen = dict(known.seen or {}) if known else {}
        first_at = known.seen_at if known and seen.get(place) == pieces else None
        if is_etsy and first_at is not None and after is not None and first_at < after:
            first_at = None
        if first_at is not None and first_at + wait <= self.now:
            orders_at = await last_read_at(self.session, self.offer.ref.shop)
            if told or (orders_at is not None and orders_at >= first_at + lag):
                return True  # no cancellation that nobody has read yet has put them back
        seen_at = first_at or self.now
        await checks.read_again(
            self.session,
            self.offer.id,
            due_at=self.now + wait,
            why=checks.PUT_BACK if told else "shows more than expected",
            seen={**seen, place: pieces},
            seen_at=seen_at,
        )
        return False

    async def left(self) -> int:
        """Units of the offer that can still be sold, by the book."""
        left = [
            (await queries.position(self.session, part.sku)).level.available // part.quantity
            for part in self.offer.components
        ]
        return max(0, min(left, default=0))

    async def is_stocked(self) -> bool:
        """Whether there are several of the piece, so that one more is nothing strange."""
        if len(self.offer.components) != 1:
            return False
        item = await items.by_sku(self.session, self.offer.components[0].sku)
        return item is not None and not item.one_of_a_kind

    async def _was_typed_elsewhere(self) -> bool:
        shop, since = self.offer.ref.shop, self.now - TWICE_WITHIN
        pieces = [
            await queries.typed_elsewhere(self.session, part.sku, shop, since=since)
            for part in self.offer.components
        ]
        return any(pieces)

    async def ask_about_extra(
        self, available: int, pieces: int, *, covered_since: datetime | None = None
    ) -> None:
        """Ask whether more are really there; PEG may have written over what was seen then."""
        extra = Extra(
            offer=self.offer.id,
            title=self.offer.name,
            channel=self.offer.ref.channel,
            listing=self.offer.ref.listing,
            shown=available,
            more=pieces,
            parts={part.sku: pieces * part.quantity for part in self.offer.components},
            seen_at=covered_since or self.now,
            covered=covered_since is not None,
        )
        await pieces_asked.ask_about_extra(self.session, extra, now=self.now)

    async def alarm(self, name: str, sentence: str) -> None:
        """Tell a person about the offer."""
        log.warning("offer.doubted", doubt=name, offer=self.offer.id, shop=self.offer.ref.shop)
        alert = Alert(name=name, subject=str(self.offer.id), sentence=sentence)
        await tell(self.session, alert, now=self.now)
