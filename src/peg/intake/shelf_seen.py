"""Whether an offer is on or off sale as we left it: what changed there is followed or undone."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.domain.identity import Channel, OfferRef
from peg.domain.offer import Shelf
from peg.intake.doubts import Doubts
from peg.intake.met import Met
from peg.intake.surprises import What


def writes_shelves(ref: OfferRef) -> bool:
    """Whether our own writes put the offer on and off sale, as they do on Etsy.

    Elsewhere only its figures are written, on sale or off: whatever moves them is told by somebody.
    """
    return ref.channel is Channel.ETSY


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfSeen:
    """One offer, where it was `seen`, and what PEG does about what it did not do itself."""

    session: AsyncSession
    offer: Offer
    seen: Shelf
    doubts: Doubts
    met: Met

    async def is_as_left(self, expected: Mapping[str, Expectation]) -> bool:
        """Whether nobody has put it on or off sale since; what a person did there is followed."""
        before = next((row.shelf for row in expected.values()), self.seen)
        if self.seen is not before and Shelf.SWITCHED_OFF in {self.seen, before}:
            return await self._is_switched(sum(row.quantity for row in expected.values()))
        if self.seen is before or (before is not Shelf.LISTED and self.seen is not Shelf.LISTED):
            return True
        if writes_shelves(self.offer.ref) and any(row.unanswered for row in expected.values()):
            return True  # the write that got no answer was applied
        if self.seen is Shelf.LISTED:
            return await self._is_renewed(before, expected) or await self._is_listed_again()
        if self.seen is Shelf.WITHDRAWN:
            base = sum(row.quantity for row in expected.values())
            await self.doubts.withdrawn_by_hand(base, self.seen)
            return False
        return True  # sold out: its figure tells the rest

    async def _is_renewed(self, before: Shelf, expected: Mapping[str, Expectation]) -> bool:
        """Whether a person has put back what only she can, and what PEG would have on sale."""
        is_wanted = before is Shelf.SOLD_OUT and any(row.to_come > 0 for row in expected.values())
        if is_wanted and not self.offer.parked:
            await mirror.note_shelf(self.session, self.offer.id, Shelf.LISTED)
            await self.doubts.drifted()
        return is_wanted and not self.offer.parked

    async def _is_switched(self, base: int) -> bool:
        """One variation of a listing was switched, which only a person does.

        Off, it is off with its listing or without it. False in both cases: it is not as left.
        """
        if self.seen is Shelf.SWITCHED_OFF:
            await self.doubts.withdrawn_by_hand(base, self.seen)
        else:
            await self.met.forget(What.OFF_SALE)
            await self.doubts.back_by_hand(self.seen)
        return False

    async def _is_listed_again(self) -> bool:
        """True: it was held whether it is off sale, and that has settled itself."""
        was_held = await self.met.forget(What.OFF_SALE)
        if self.offer.parked:
            await self.doubts.back_by_hand(Shelf.LISTED)
        elif was_held or (self.offer.gone and not await self._is_sold()):
            await mirror.note_shelf(self.session, self.offer.id, Shelf.LISTED)
        else:
            await self.doubts.ghost()
        return was_held and not self.offer.parked

    async def _is_sold(self) -> bool:
        """Whether the book has none left of it; of what nobody matched it says nothing."""
        return bool(self.offer.components) and not await self.doubts.left()
