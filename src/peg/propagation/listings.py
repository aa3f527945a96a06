"""Drive offers of a marketplace that only takes a whole listing, unconditionally (Etsy)."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from peg.bus.crew import all_to_their_end
from peg.catalog import offers
from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.marketplaces.port import MarketplaceError, RemoteGone, Result, Shown
from peg.marketplaces.writers import ListingWriter
from peg.propagation import board, refusals
from peg.propagation.attempts import new_key
from peg.propagation.board import Group, Standing
from peg.propagation.broken_off import note_broken_off
from peg.propagation.evidence import Proof
from peg.propagation.listing_shown import settle_listing
from peg.propagation.listing_view import ListingView, view_listing
from peg.propagation.listing_write import ListingWrite
from peg.propagation.outcomes import ANOTHER_WRITE, HELD, MAY_BE_OLD, MAY_RETURN, UNPROVED
from peg.propagation.pauses import stopped
from peg.propagation.planning import ListingMove
from peg.propagation.proof import Prover

log = structlog.get_logger()

LISTINGS_TOGETHER_MAX = 10
"""What one order took stands in a few listings: each step of their writes is one transaction."""

RAISED_AT_ONCE_MAX = 4
"""Raises wait for shared polls; what is lowered never waits behind them."""

_LOWERS = {ListingMove.WITHDRAW, ListingMove.LOWER}
_RAISES = {ListingMove.RAISE, ListingMove.RESTORE}
_WRITES = _LOWERS | _RAISES


@dataclass(frozen=True, slots=True)
class _PutOff:
    outcome: str
    wait_s: float


_PUT_OFF = {
    ListingMove.UNDER_WAY: _PutOff(ANOTHER_WRITE, wait_s=0.3),
    ListingMove.WAIT: _PutOff(MAY_RETURN, wait_s=2.0),
    ListingMove.HELD: _PutOff(HELD, wait_s=30.0),
}


class ListingPusher:
    """Pushes one shop's listings: withdrawals at once and side by side, raises with their proof."""

    def __init__(
        self,
        shop: ShopId,
        writer: ListingWriter,
        database: Database,
        clock: Clock,
        rng: Random,
        *,
        lookout: Lookout,
        prover: Prover,
        patience: Patience,
    ) -> None:
        self._shop = shop
        self._writer = writer
        self._database = database
        self._commits = SharedCommits(database, together_max=LISTINGS_TOGETHER_MAX)
        self._clock = clock
        self._rng = rng
        self._lookout = lookout
        self._prover = prover
        self._patience = patience
        self._turns: dict[str, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(RAISED_AT_ONCE_MAX)

    async def groups(self, dirty: Sequence[Standing]) -> Sequence[Group]:
        """Listing by listing: each is written by itself."""
        by_listing = await self._listings_of(dirty)
        return [Group(listing=name, offers=offers) for name, offers in by_listing.items()]

    async def lower(self, group: Group) -> Sequence[Standing]:
        """Withdraw or lower the group's listing if it shows too much; else what needs a raise."""
        move = await self._push(group.listing)
        return group.offers if move in _RAISES else []

    async def raise_(self, dirty: Sequence[Standing]) -> None:
        """Prove and send the raises among `dirty`; what is unproved is tried again later."""
        by_listing = await self._listings_of(dirty)
        beside = await self._offers_in(by_listing)
        proved = await self._prover.prove([key for keys in beside.values() for key in keys])
        unproved = [standing.offer for standing in dirty if standing.offer not in proved]
        await self._later(unproved, UNPROVED)
        await all_to_their_end(
            *(
                self._raise_one(
                    listing, {key: proved[key] for key in beside[listing] if key in proved}
                )
                for listing, standings in by_listing.items()
                if all(one.offer in proved for one in standings)
            )
        )

    async def _raise_one(self, listing: str, proof: Mapping[OfferId, Proof]) -> None:
        async with self._room:
            try:
                await self._writer.room_to_raise()  # not in the listing's turn: a sale may want it
            except MarketplaceError as error:
                await self._later(list(proof), str(error))
            else:
                await self._push(listing, proof)

    async def _push(
        self, listing: str, proof: Mapping[OfferId, Proof] | None = None
    ) -> ListingMove:
        """Write what the listing needs, and look behind it: only the write itself is in turn.

        It may raise only what is in the `proof`.
        """
        async with self._turns.setdefault(listing, asyncio.Lock()):
            if not all(one.is_good(self._clock.now()) for one in (proof or {}).values()):
                await self._later(list(proof or {}), UNPROVED)
                return ListingMove.WAIT  # for its turn, and by now for another proof
            attempt = self._attempt(listing, proof)
            planning = partial(self._plan, attempt, listing, may_raise=proof is not None)
            view, writes = await self._commits.run(planning)
            doubtful = await self._write(attempt, view) if writes else False
        keys = [offer.id for offer in view.offers.values()]
        try:
            if doubtful or view.move is ListingMove.LOOK:
                await self._look(keys)
            elif writes and view.move is not ListingMove.WITHDRAW:
                await self._prover.sales_of(self._shop)  # one between our read and our write
        except MarketplaceError as error:
            log.warning("push.failed", shop=self._shop, listing=listing, error=str(error))
            await self._later(keys, str(error))
        if reason := _PUT_OFF.get(view.move):
            await self._later(keys, reason.outcome, wait_s=reason.wait_s)
        return view.move

    async def _plan(
        self, attempt: ListingWrite, listing: str, session: AsyncSession, *, may_raise: bool
    ) -> tuple[ListingView, bool]:
        """What the listing is and needs; True: it is written now, and that is prepared."""
        view = await view_listing(session, self._shop, listing)
        moves = _WRITES if may_raise else _LOWERS
        writes = view.move in moves and await stopped(session, self._shop) is None
        if writes:
            await attempt.prepare(session, view)
        elif view.move in {ListingMove.NONE, ListingMove.WAIT}:
            await settle_listing(session, self._shop, listing, self._clock)
        return view, writes

    def _attempt(self, listing: str, proof: Mapping[OfferId, Proof] | None) -> ListingWrite:
        return ListingWrite(
            self._shop,
            listing,
            key=new_key(self._rng),
            proof=proof,
            commits=self._commits,
            clock=self._clock,
            prover=self._prover,
            patience=self._patience,
        )

    async def _write(self, attempt: ListingWrite, view: ListingView) -> bool:
        """Send the write and record what became of it; True when it has to be looked at."""
        watched = view.move is not ListingMove.WITHDRAW
        try:
            results = await self._send(attempt, view)
            return await attempt.record(results, watched=watched)
        except Exception:
            keys = [offer.id for offer in view.offers.values()]
            await note_broken_off(self._database, self._clock, keys)
            raise

    async def _send(self, attempt: ListingWrite, view: ListingView) -> Sequence[Result]:
        try:
            match view.move:
                case ListingMove.WITHDRAW:
                    return await self._writer.withdraw(view.listing)
                case ListingMove.RESTORE:
                    return await self._writer.restore(view.listing, attempt.decide, attempt.keep)
                case move:
                    return await self._writer.rewrite(
                        view.listing,
                        attempt.decide,
                        attempt.keep,
                        lowers=move is ListingMove.LOWER,
                    )
        except RemoteGone as error:  # a look notes that it was deleted, and nothing more is sent
            return _all(view, Shown.STALE, str(error))
        except MarketplaceError as error:
            tries = max((one.attempts for one in view.standings.values()), default=0) + 1
            return _all(view, refusals.came_to(error, tries=tries), str(error))

    async def _look(self, wanted: Sequence[OfferId]) -> None:
        """What shows the state before a write of ours is looked at again when that can tell.

        Nothing else is written there until it is known, so it waits for nobody who only looks.
        """
        await self._prover.sales_of(self._shop)
        seen = await self._lookout.look(wanted, urgent=True)
        now = self._clock.now()
        for one in seen:
            if one.tells_from is not None:
                wait_s = (one.tells_from - now).total_seconds()
                await self._later([one.offer], MAY_BE_OLD, wait_s=max(0.0, wait_s))

    async def _listings_of(self, dirty: Sequence[Standing]) -> dict[str, list[Standing]]:
        async with reading(self._database) as session:
            found = await offers.by_ids(session, [standing.offer for standing in dirty])
        by_listing: dict[str, list[Standing]] = {}
        for standing in dirty:
            if standing.offer in found and not found[standing.offer].gone:
                listing = found[standing.offer].ref.listing
                by_listing.setdefault(listing, []).append(standing)
        return by_listing

    async def _offers_in(self, listings: Iterable[str]) -> Mapping[str, Sequence[OfferId]]:
        """All that stands in each: a listing that is put back on sale brings all its offers."""
        async with reading(self._database) as session:
            return {
                listing: [
                    offer.id
                    for offer in await offers.of_listing(session, self._shop, listing)
                    if not offer.gone
                ]
                for listing in listings
            }

    async def _later(
        self, wanted: Sequence[OfferId], outcome: str, *, wait_s: float | None = None
    ) -> None:
        if not wanted:
            return
        async with begin(self._database) as session:
            for offer in wanted:
                now = self._clock.now()
                await board.try_later(session, offer, outcome=outcome, now=now, wait_s=wait_s)


def _all(view: ListingView, shown: Shown, sentence: str) -> list[Result]:
    return [Result(ref=ref, place="", shown=shown, sentence=sentence) for ref in view.offers]
