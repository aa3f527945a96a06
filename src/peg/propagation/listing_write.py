"""One safe write of a whole listing: decided on its freshest state, kept, checked, and watched."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.db.shared_commits import SharedCommits
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, OfferRef, ShopId
from peg.domain.offer import ANYWHERE, Ahead, Reading, Shelf
from peg.intake import renamed, watches
from peg.intake.patience import Patience
from peg.intake.readings import Basis, basis_of, not_sent, take_in_readings
from peg.ledger import suspense
from peg.marketplaces.port import Result, Shown, TooLate, Write
from peg.marketplaces.writers import READINGS_MAX
from peg.propagation import attempts, board, pauses, refusals
from peg.propagation.attempts import (
    begin_attempt,
    decide_attempt,
    end_attempt,
    keep_before,
    record_write,
)
from peg.propagation.evidence import Proof
from peg.propagation.forbidden import note_outcomes
from peg.propagation.listing_shown import settle_listing
from peg.propagation.listing_view import ListingView, view_listing
from peg.propagation.outcomes import COSTS_A_FEE
from peg.propagation.planning import ListingMove
from peg.propagation.proof import Prover
from peg.propagation.pushed import DecidedOn, tell_pushed
from peg.propagation.renewal import ASKED_AGAIN_AFTER_S, ask_renewal
from peg.propagation.retarget import retarget_offers
from peg.propagation.reversals import heed


class ListingWrite:
    """One attempt on one listing; made anew for each. Only what is in the `proof` is raised."""

    def __init__(
        self,
        shop: ShopId,
        listing: str,
        *,
        key: str,
        proof: Mapping[OfferId, Proof] | None,
        commits: SharedCommits,
        clock: Clock,
        prover: Prover,
        patience: Patience,
    ) -> None:
        self._shop = shop
        self._listing = listing
        self._key = key
        self._proof = proof or {}
        self._commits = commits
        self._clock = clock
        self._prover = prover
        self._patience = patience
        self._basis: Basis = {}
        self._noted: frozenset[OfferId] = frozenset()
        self._outdated: frozenset[OfferId] = frozenset()
        self._restores = False
        self._times_read = 0
        self._sent: dict[OfferRef, Write] = {}
        self._decided_on = DecidedOn.EXPECTED
        self._ahead = Ahead()

    async def prepare(self, session: AsyncSession, view: ListingView) -> None:
        """Note what we believe before the listing is read.

        One that is withdrawn may be off sale from now on by our own doing, not by a person's.
        """
        self._basis = await basis_of(session, [offer.id for offer in view.offers.values()])
        is_sure = view.move is ListingMove.WITHDRAW  # all else is decided once it was read
        writes = [
            Write(ref=ref, place=ANYWHERE, basis=side.known.quantity, quantity=side.wanted)
            for ref, side in (view.changes() if is_sure else ())
        ]
        await begin_attempt(
            session, self._key, self._shop, writes, proof=self._proof, now=self._clock.now()
        )
        self._sent = {write.ref: write for write in writes}
        self._restores = view.move is ListingMove.RESTORE
        if is_sure:
            left = {view.offers[ref].id: side.known.quantity for ref, side in view.sides.items()}
            await self._note_sending(session, left)

    async def _note_sending(self, session: AsyncSession, sending: Mapping[OfferId, int]) -> None:
        """From now on these figures are our own; what moves the mirror later is not."""
        await mirror.note_sending_all(session, sending, now=self._clock.now())
        self._noted = frozenset(sending)
        self._basis = {**self._basis, **await basis_of(session, sending)}

    async def decide(self, readings: Mapping[OfferRef, Reading]) -> Mapping[OfferRef, int]:
        """Say what each offer should show, given the listing as it is right now.

        Orders are taken in first. Without its proof, or with one that has grown old while this
        write waited, no figure goes above the one just read, whatever the target says: the write
        carries all figures of the listing, and some may be stale. A listing off sale shows nothing,
        so one that goes back on sale raises all of them.

        Who is asked a second time has sent nothing of what was decided before.

        Raises:
            Paused: a person has stopped writes meanwhile.
            TooLate: more was heard of an offer since we began to read, and it shows fewer: read
                again, or what is missing would seem to be of our own writing. What is lowered is
                decided in the end all the same; a raise is left for another time, also where more
                is shown: what a person typed meanwhile would be covered, and seen by nobody.
        """
        await self._prover.sales_of(self._shop)  # a cancellation can wait: no figure is too high
        decided = await self._commits.run(partial(self._decided, readings, self._basis))
        if decided is None:
            raise TooLate(f"listing {self._listing} changed while it was read: it is read again")
        return decided

    async def _decided(
        self, readings: Mapping[OfferRef, Reading], basis_read: Basis, session: AsyncSession
    ) -> Mapping[OfferRef, int] | None:
        await pauses.go_on(session, self._shop)
        now = self._clock.now()
        if self._decided_on is DecidedOn.READ:  # it came too late, or nobody would ask again
            basis_read = await not_sent(session, self._noted, basis_read)
        shown = list(readings.values())
        self._ahead = next((one.clock_ahead for one in shown), Ahead())
        basis_read = await renamed.follow(
            session, shown, basis_read, patience=self._patience, now=now
        )
        taken = await take_in_readings(session, shown, basis_read, patience=self._patience, now=now)
        self._outdated = frozenset(one.offer for one in taken if one.outdated)
        mine = await offers.of_listing(session, self._shop, self._listing)
        await retarget_offers(session, mine, now=now)
        view = await view_listing(session, self._shop, self._listing)
        self._times_read += 1
        is_last = self._restores or (self._times_read == READINGS_MAX and not self._proof)
        unsure = view.differs if self._proof else view.misses
        if not is_last and unsure(readings, self._outdated):
            self._basis = await basis_of(session, [offer.id for offer in mine])
            return None
        good = {offer for offer, proof in self._proof.items() if proof.is_good(now)}
        decided, writes = {}, []
        for ref, standing in view.standings.items():
            seen = readings.get(ref)
            if seen is None or ref not in view.sides or seen.shelf is Shelf.SWITCHED_OFF:
                continue
            wanted = view.sides[ref].wanted
            basis = 0 if self._restores else seen.parts[ANYWHERE].available
            decided[ref] = wanted if standing.offer in good else min(wanted, basis)
            if decided[ref] < wanted and not standing.dirty:
                await board.make_dirty(session, standing.offer, now=now)
            writes.append(Write(ref=ref, place=ANYWHERE, basis=basis, quantity=decided[ref]))
            if decided[ref] < basis > view.sides[ref].known.quantity:
                ask_at = now + self._patience.receipt_lag()
                await suspense.note_may_be_there(session, standing.offer, ANYWHERE, ask_at=ask_at)
        await decide_attempt(session, self._key, writes)
        self._sent, self._decided_on = {write.ref: write for write in writes}, DecidedOn.READ
        sending = {view.offers[ref].id: quantity for ref, quantity in decided.items()}
        await self._note_sending(session, sending)
        return decided

    async def keep(self, before: dict[str, Any]) -> None:
        """Store the listing's former state before it is replaced, and how Etsy's clock stood."""
        image = {**before, **attempts.as_read(self._ahead)}
        await self._commits.run(partial(keep_before, key=self._key, before=image))

    async def record(self, results: Sequence[Result], *, watched: bool) -> bool:
        """Record what became of the write; True when the listing has to be looked at.

        What now shows its target is noted as shown. A `watched` listing may have covered a
        sale: it is watched until every one from before the write must have been told.
        """
        return await self._commits.run(partial(self._recorded, results, watched=watched))

    async def _recorded(
        self, results: Sequence[Result], session: AsyncSession, *, watched: bool
    ) -> bool:
        now, view = self._clock.now(), await view_listing(session, self._shop, self._listing)
        not_found = view.sides.keys() - {result.ref for result in results}
        doubtful = any(ref in view.standings for ref in _on_sale_in(view, not_found))
        for result in results:
            doubtful |= await self._record_one(session, view, result)
        for ref in not_found:
            await mirror.note_not_sent(session, view.offers[ref].id, ANYWHERE)
        refused = [
            (view.offers[result.ref], result)
            for result in results
            if result.shown is Shown.REFUSED and result.ref in view.standings
        ]
        await refusals.note_refused(session, refused, now=now)
        await note_outcomes(session, self._shop, results, now=now)
        outcome = ", ".join(sorted({result.shown.value for result in results}))
        await end_attempt(session, self._key, outcome=outcome, now=now)
        for offer in view.offers.values() if watched else ():
            await watches.watch(session, offer.id, until=now + self._patience.receipt_lag())
        await settle_listing(session, self._shop, self._listing, self._clock)
        return doubtful

    async def _record_one(self, session: AsyncSession, view: ListingView, result: Result) -> bool:
        offer = view.offers.get(result.ref)
        if offer is None:
            return False
        now = self._clock.now()
        tell_pushed(
            result,
            offer=offer.id,
            shop=self._shop,
            standing=view.standings.get(result.ref),
            write=self._sent.get(result.ref),
            basis=self._decided_on,
            attempt=self._key,
        )
        if result.was_set and not self._moved_meanwhile(view, result):
            await self._note_written(session, view, result)
            standing = view.standings.get(result.ref)
            if result.set_lower and standing is not None and not standing.dirty:
                await board.make_dirty(session, offer.id, now=now)
            return False
        if result.was_set or result.shown is Shown.UNKNOWN:
            await mirror.note_unanswered(session, offer.id, ANYWHERE)
            return True
        match result.shown:
            case Shown.STALE if _was_applied(result):
                await mirror.note_unanswered(session, offer.id, ANYWHERE)
                return True
            case Shown.STALE:
                await mirror.note_not_sent(session, offer.id, ANYWHERE)
                return True
            case Shown.ASK if offer.components:
                await ask_renewal(session, offer, result.sentence, now=now)
        await mirror.note_not_sent(session, offer.id, ANYWHERE)
        if result.shown is not Shown.REFUSED:  # all that was refused is put off together
            costs = result.shown is Shown.ASK
            outcome = COSTS_A_FEE if costs else result.sentence
            wait_s = ASKED_AGAIN_AFTER_S if costs else None
            await board.try_later(session, offer.id, outcome=outcome, now=now, wait_s=wait_s)
        return False

    def _moved_meanwhile(self, view: ListingView, result: Result) -> bool:
        """Whether what was read back may be older than what is known, or a sale nobody told of yet.

        To believe it would undo a sale that was taken in since, or overlook one.
        """
        side, verified = view.sides.get(result.ref), result.verified
        if side is None or verified is None or ANYWHERE not in verified.parts:
            return False
        offer, known = view.offers[result.ref].id, side.known
        changed = known.version != self._basis.get(offer, {}).get(ANYWHERE)
        read_before = result.shown is Shown.ALREADY and offer in self._outdated
        taken_off = known.shelf is Shelf.LISTED and verified.shelf is not Shelf.LISTED
        sold = taken_off and verified.parts[ANYWHERE].available < known.quantity
        return changed or read_before or sold

    async def _note_written(self, session: AsyncSession, view: ListingView, result: Result) -> None:
        offer, now = view.offers[result.ref], self._clock.now()
        verified = result.verified
        if verified is None or ANYWHERE not in verified.parts:
            return
        before = view.sides[result.ref].known if result.ref in view.sides else None
        quantity = verified.parts[ANYWHERE].available
        await mirror.note_rewritten(session, offer.id, verified, now=now)
        standing = view.standings.get(result.ref)
        if before is not None and standing is not None:
            await record_write(
                session,
                offer=offer.id,
                place=ANYWHERE,
                attempt=self._key,
                before=_on_sale(before.quantity, before.shelf),
                quantity=_on_sale(quantity, verified.shelf),
                standing=standing,
                now=now,
            )
            await heed(session, offer, ANYWHERE, now=now)


def _on_sale(quantity: int, shelf: Shelf) -> int:
    """What a buyer could have; a listing off sale keeps whatever number it had."""
    return quantity if shelf is Shelf.LISTED else 0


def _on_sale_in(view: ListingView, refs: Iterable[OfferRef]) -> list[OfferRef]:
    """Those that nobody switched off: what a write did not meet may be deleted, or renamed."""
    return [ref for ref in refs if not view.sides[ref].switched_off]


def _was_applied(stale: Result) -> bool:
    """Whether our figure may have stood there, and pieces were sold of it before it was checked."""
    return stale.verified is not None and stale.verified.shelf is not Shelf.WITHDRAWN
