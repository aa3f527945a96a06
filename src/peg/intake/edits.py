"""What people and tools did on a shop: taken in, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.catalog.offers import Offer
from peg.domain.identity import POOL, LocationId, Sku
from peg.domain.stock import Cause
from peg.intake.surprises import Done, Surprise, What
from peg.ledger import (
    book,
    pieces_asked,
    places,
    queries,
    questions,
    suspense,
    there_after_all,
    told_twice,
)
from peg.ledger.pieces_asked import EXTRA_PIECES
from peg.ledger.told_twice import TWICE_WITHIN

WITHDRAWN_BY_HAND = "withdrawn_by_hand"
"""The kind of the question whether PEG may put an offer back on sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """The edits of one offer; each step in the caller's transaction."""

    session: AsyncSession
    offer: Offer
    now: datetime

    async def believe_more(self, place: str, pieces: int) -> None:
        """Somebody has put so many more on the shelf, and typed it in on the marketplace."""
        note = f"raised by hand on {self.offer.ref.channel}"
        await self._post(place, self._parts(pieces), cause=Cause.EDITED, note=note)
        for part in self.offer.components:
            more = pieces * part.quantity
            await pieces_asked.meet(self.session, part.sku, more, now=self.now)

    async def believed_since(self, moment: datetime) -> int:
        """Units that were believed since then, without those that were taken back."""
        shop, found = self.offer.ref.shop, []
        for part in self.offer.components:
            pieces = await queries.typed_in(
                self.session, part.sku, self.offer.id, shop, since=moment
            )
            found.append(pieces // part.quantity)
        return max(0, min(found, default=0))

    async def had_come_back(self, place: str, pieces: int) -> None:
        """So many that were believed are known of a cancelled order by now."""
        note = "taken back: a cancelled order had brought them"
        await self._post(place, self._parts(-pieces), cause=Cause.CORRECTED, note=note)

    async def believe(self, one: Surprise) -> None:
        """A person says that this was meant."""
        match one.what:
            case What.OFF_SALE:
                await offers.park(self.session, self.offer.id)
            case What.GONE:
                await offers.mark_gone(self.session, self.offer.id)
            case _ if one.pieces > 0:
                await self.believe_more(one.place, one.pieces)
                await self._count_once(one)
            case _:
                await self._believe_fewer(one.place, -one.pieces)

    async def _count_once(self, one: Surprise) -> None:
        """What was received just after it was typed is in the book already."""
        for sku in self._parts(one.pieces):
            told = await told_twice.received_after(self.session, sku, one.met_at)
            if told is not None:
                twice = await told_twice.find(self.session, told)
                back = await twice.taken_back(self.session, before=())
                await book.post(self.session, back, now=self.now)
                await twice.ask(self.session, more=0)

    async def take_back(self, one: Surprise) -> None:
        """As if nothing had been concluded from it yet. What the shop shows stays noted."""
        subject = str(self.offer.id)
        match one.done:
            case Done.SUSPENDED:
                await self._let_go(one.place, -one.pieces)
            case Done.BELIEVED:
                note = "taken back: very many offers were changed with it"
                parts = await self._still_believed(one)
                await self._post(one.place, parts, cause=Cause.CORRECTED, note=note)
            case Done.ASKED:
                await questions.withdraw(self.session, EXTRA_PIECES, subject, now=self.now)
            case Done.PARKED:
                await offers.park(self.session, self.offer.id, parked=False)
                await questions.withdraw(self.session, WITHDRAWN_BY_HAND, subject, now=self.now)
            case Done.NOTED:
                await offers.mark_gone(self.session, self.offer.id, gone=False)
            case Done.SEEN | Done.COVERED | Done.HELD:
                pass

    async def _let_go(self, place: str, pieces: int) -> None:
        missed = await suspense.pieces_open(self.session, self.offer.id, place)
        await there_after_all.dissolve(
            self.session, self.offer.id, place, min(pieces, missed), now=self.now
        )

    async def _believe_fewer(self, place: str, pieces: int) -> None:
        """As of pieces whose order did not come in time: one that comes later explains them yet."""
        missed = suspense.Missed(
            offer=self.offer.id,
            place=place,
            location=await mirror.location_of(self.session, self.offer, place),
            components=self.offer.components,
            pieces=pieces,
        )
        await suspense.open_suspense(self.session, missed, due_at=self.now, now=self.now)

    def _parts(self, units: int) -> Mapping[Sku, int]:
        return {part.sku: units * part.quantity for part in self.offer.components}

    async def _still_believed(self, one: Surprise) -> Mapping[Sku, int]:
        """What to take back of it: what was told to PEG as well is taken back already."""
        since, shop, parts = one.met_at - TWICE_WITHIN, self.offer.ref.shop, {}
        for sku, pieces in self._parts(one.pieces).items():
            stand = await queries.typed_in(self.session, sku, self.offer.id, shop, since=since)
            parts[sku] = -min(pieces, max(0, stand))
        return parts

    async def _post(self, place: str, parts: Mapping[Sku, int], *, cause: Cause, note: str) -> None:
        postings = [
            book.Posting(
                sku=sku,
                location=location,
                on_hand=share,
                cause=cause,
                source=self.offer.ref.shop,
                reference=str(self.offer.id),
                happened_at=self.now,
                note=note,
            )
            for sku, pieces in parts.items()
            for location, share in await self._shares(place, sku, pieces)
        ]
        await book.post(self.session, postings, now=self.now)

    async def _shares(self, place: str, sku: Sku, pieces: int) -> Sequence[tuple[LocationId, int]]:
        """Where so many more, or fewer, lie.

        Etsy tells no place, and Shopify can show nothing of the pool.
        """
        location = await mirror.location_of(self.session, self.offer, place)
        if location != POOL:
            return [(location, pieces)]
        if pieces > 0:
            return [(await places.fullest(self.session, sku), pieces)]
        fewer = await places.spread(self.session, sku, -pieces)
        return [(at, -share) for at, share in fewer.items()]
