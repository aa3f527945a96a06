"""One offer's reading under judgement: each figure is explained, or acted on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, returns
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.domain.identity import Channel
from peg.domain.offer import Reading, Shelf
from peg.intake import checks, open_writes, surprises, watches
from peg.intake.doubts import Doubts
from peg.intake.first_sales import explain_first_sales
from peg.intake.judgement import Judgement, Known, Meaning, TakenIn, judge
from peg.intake.met import Met
from peg.intake.missing import Missing
from peg.intake.overwritten import is_settled
from peg.intake.presence import Presence
from peg.intake.shelf_seen import ShelfSeen, writes_shelves
from peg.intake.surprises import What
from peg.ledger import suspense, there_after_all

log = structlog.get_logger()

READ_AGAIN_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One offer's reading; `met` is what nothing explained of it lately."""

    session: AsyncSession
    offer: Offer
    reading: Reading
    doubts: Doubts
    met: Met
    now: datetime

    async def take_in(
        self, expected: Mapping[str, Expectation], basis: Mapping[str, int], *, is_checked: bool
    ) -> TakenIn:
        """Judge the reading; of one that is explained the caller notes the rest, with others."""
        if any(row.version != basis.get(place) for place, row in expected.items()):
            await self._read_again("changed while it was read")
            return self._result({}, outdated=True)
        if open_writes.is_under_way(expected, self.reading):
            await self._read_again("was written while it was read")
            return self._result({}, outdated=True)
        tells_from = open_writes.tells_from(expected, self.reading, self.doubts.patience)
        if tells_from is not None:
            await self._read_again("may be written, or not", at=tells_from)
            return self._result({}, outdated=True, tells_from=tells_from)
        if open_writes.may_be_old(expected, self.reading) and not await self.doubts.is_seen_twice():
            return self._result({}, outdated=True)
        if self.reading.shelf is Shelf.GONE:
            tells_from = await self._presence.not_found()
            return self._result({}, explained=False, tells_from=tells_from)
        expected = await self._presence.found(expected)
        shelf_as_expected = await self._shelf_seen.is_as_left(expected)
        judgements = {}
        for place, row in (await self._at_its_places(expected)).items():
            judgements[place] = await self._figure(place, row)
        explained = shelf_as_expected and all(
            judgement.meaning not in {Meaning.MISSING, Meaning.EXTRA, Meaning.RESERVED}
            for judgement in judgements.values()
        )
        if not explained:
            await mirror.note_readings(self.session, {self.offer.id: self.reading}, now=self.now)
        elif is_checked:
            await checks.done(self.session, self.offer.id)
        for place, row in expected.items():
            await self._forget_more_seen_once(place, row, judgements.get(place))
        await self._keep_watching(expected)
        return self._result(judgements, explained=explained)

    @property
    def _presence(self) -> Presence:
        return Presence(
            session=self.session,
            offer=self.offer,
            doubts=self.doubts,
            met=self.met,
            now=self.now,
        )

    @property
    def _shelf_seen(self) -> ShelfSeen:
        return ShelfSeen(
            session=self.session,
            offer=self.offer,
            seen=self.reading.shelf,
            doubts=self.doubts,
            met=self.met,
        )

    async def _at_its_places(
        self, expected: Mapping[str, Expectation]
    ) -> Mapping[str, Expectation]:
        """What stands at a place that was never heard of is more than the nothing we know of.

        Where it is stocked now, what lies there can be shown; where it is no more, it cannot.
        """
        stocked = {place for place, part in self.reading.parts.items() if part.stocked}
        new = {
            place: await mirror.open_place(self.session, self.offer, place, self.reading.shelf)
            for place in sorted(stocked - expected.keys())
        }
        old = [
            place
            for place, row in expected.items()
            if place in self.reading.parts.keys() - stocked and row.is_empty
        ]
        for place in old:
            await mirror.close_place(self.session, self.offer.id, place)
        if new or old:
            await self.doubts.drifted()
        return {place: row for place, row in {**expected, **new}.items() if place not in old}

    async def _figure(self, place: str, row: Expectation) -> Judgement:
        part = self.reading.parts.get(place)
        if part is None or self._off_sale(row):
            await self._stayed(place, row)
            return Judgement(meaning=Meaning.ECHO)
        if open_writes.has_returned(row, self.reading):
            row = await returns.count_the_return(self.session, self.offer.id, place, row)
        known = Known(
            expected=row.quantity,
            reserved=row.reserved,
            may_rise=row.may_rise,
            suspended=await self._suspended(place, part.available, row),
            unanswered=open_writes.may_stand(row, self.reading, place),
            sold_since=row.sold_since,
            unconditional=writes_shelves(self.offer.ref),
        )
        judgement = judge(part.available, known, reserved=part.reserved)
        came_back = judgement.meaning is Meaning.CAME_BACK
        if came_back and not await self.doubts.is_no_old_figure(place, row, judgement.pieces):
            return Judgement(meaning=Meaning.EXTRA, pieces=judgement.pieces)
        shows_again = self.offer.ref.channel is Channel.SHOPIFY and not row.rise_unsure
        if judgement.meaning is Meaning.ECHO and self._overdue(row) and shows_again:
            # It always shows again what it says it restocked: somebody has taken it since.
            await returns.forget_rise(self.session, self.offer.id, place)
            judgement = Judgement(meaning=Meaning.MISSING, pieces=row.may_rise)
        judgement = await explain_first_sales(
            self.session, self.offer.id, place, row, judgement, now=self.now
        )
        await self._act(place, part.available, row, judgement)
        return judgement

    async def _suspended(self, place: str, available: int, row: Expectation) -> int:
        """Pieces that may come back; most figures are as expected, and need no search for them."""
        if available == row.quantity:
            return 0
        return await suspense.pieces_open(self.session, self.offer.id, place)

    def _off_sale(self, row: Expectation) -> bool:
        """A listing that was taken off sale instead of lowered keeps whatever number it had.

        One that was withdrawn and is sold out was on sale in between: its buyer's order will come.
        A variation that a person switched off says nothing either, from the first moment.
        """
        if not writes_shelves(self.offer.ref):
            return False  # a draft of Shopify is kept at its target: another figure was typed
        if self.reading.shelf is Shelf.SWITCHED_OFF:
            return True
        off, seen = {Shelf.WITHDRAWN, Shelf.SOLD_OUT, Shelf.SWITCHED_OFF}, self.reading.shelf
        sold_meanwhile = row.shelf is Shelf.WITHDRAWN and seen is Shelf.SOLD_OUT
        return row.shelf in off and seen in off and not sold_meanwhile

    async def _act(
        self, place: str, available: int, row: Expectation, judgement: Judgement
    ) -> None:
        match judgement.meaning:
            case Meaning.ECHO:
                await self._stayed(place, row)
            case Meaning.WRITTEN | Meaning.SOLD:
                await mirror.note_seen(self.session, self.offer.id, place, available)
            case Meaning.CAME_BACK:
                await self._came_back(place, available, row, judgement.pieces)
            case Meaning.MISSING | Meaning.RESERVED:
                missing = Missing(
                    session=self.session,
                    offer=self.offer,
                    reading=self.reading,
                    doubts=self.doubts,
                    now=self.now,
                )
                await missing.missed(place, available, row, judgement)
            case Meaning.EXTRA:
                is_back = self.reading.shelf is Shelf.LISTED is not row.shelf
                await self.doubts.shows_more(
                    place, available, row, judgement.pieces, is_back=is_back
                )

    async def _stayed(self, place: str, row: Expectation) -> None:
        """The figure is as expected: what did not come about by now will not.

        A write without an answer was not applied; a cancelled piece that is not back by its time
        stays away, so that we may raise it ourselves.
        """
        if row.unanswered:
            await mirror.note_not_sent(self.session, self.offer.id, place)
            await self.doubts.drifted()
        if self._overdue(row):
            await returns.forget_rise(self.session, self.offer.id, place)
            await self.doubts.drifted()

    def _overdue(self, row: Expectation) -> bool:
        return returns.is_overdue(row, self.reading.begun_at)

    async def _came_back(self, place: str, available: int, row: Expectation, pieces: int) -> None:
        """It is on sale again by the marketplace's doing; the piece may be sold elsewhere since."""
        from_cancel = min(pieces, row.may_rise)
        await returns.note_risen(self.session, self.offer.id, place, from_cancel)
        await mirror.note_seen(self.session, self.offer.id, place, available)
        if pieces > from_cancel:
            back = pieces - from_cancel
            await there_after_all.dissolve(self.session, self.offer.id, place, back, now=self.now)
            await surprises.explain(self.session, self.offer.id, back)
        await self.doubts.drifted()

    async def _forget_more_seen_once(
        self, place: str, row: Expectation, judgement: Judgement | None
    ) -> None:
        first = self.met.find(What.FIRST_SIGHT, place)
        if first is None or (judgement is not None and judgement.meaning is Meaning.EXTRA):
            return
        if await is_settled(self.doubts, row, first, self.reading):
            await self.met.forget(What.FIRST_SIGHT, place)

    async def _keep_watching(self, expected: Mapping[str, Expectation]) -> None:
        """What was written unconditionally is read again once every sale before it must show."""
        if not writes_shelves(self.offer.ref) or self.reading.shelf is not Shelf.LISTED:
            return
        written = [row.written_at for row in expected.values() if row.written_at is not None]
        until = max(written, default=self.now) + self.doubts.patience.receipt_lag()
        if written and until > self.now:
            await watches.watch(self.session, self.offer.id, until=until)

    async def _read_again(self, why: str, *, at: datetime | None = None) -> None:
        due_at = at or self.now + READ_AGAIN_AFTER
        await checks.read_once_more(self.session, self.offer.id, due_at=due_at, why=why)

    def _result(
        self,
        judgements: Mapping[str, Judgement],
        *,
        explained: bool = False,
        outdated: bool = False,
        tells_from: datetime | None = None,
    ) -> TakenIn:
        return TakenIn(
            offer=self.offer.id,
            begun_at=self.reading.begun_at,
            explained=explained,
            outdated=outdated,
            judgements=judgements,
            tells_from=tells_from,
        )
