"""Drive offers of a marketplace that only takes a whole listing, unconditionally (Etsy)."""

import asyncio
from collections.abc import Sequence
from random import Random

import structlog

from peg.catalog import offers
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.intake.looking import Lookout
from peg.intake.patience import Patience
from peg.marketplaces.port import (
    ListingWriter,
    MarketplaceError,
    MaybeApplied,
    RemoteGone,
    Result,
    Shown,
)
from peg.propagation import board
from peg.propagation.attempts import new_key
from peg.propagation.board import Standing
from peg.propagation.listing_view import ListingView, view_listing
from peg.propagation.listing_write import ListingWrite, settle_listing
from peg.propagation.planning import ListingMove
from peg.propagation.proof import Prover

log = structlog.get_logger()

LISTINGS_AT_ONCE_MAX = 4
WAIT_FOR_RETURN_S = 2.0
UNDER_WAY_S = 0.3
_LOWERS = {ListingMove.WITHDRAW, ListingMove.LOWER}
_RAISES = {ListingMove.RAISE, ListingMove.RESTORE}


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
        self._clock = clock
        self._rng = rng
        self._lookout = lookout
        self._prover = prover
        self._patience = patience
        self._turns: dict[str, asyncio.Lock] = {}
        self._room = asyncio.Semaphore(LISTINGS_AT_ONCE_MAX)

    async def groups(self, dirty: Sequence[Standing]) -> Sequence[Sequence[Standing]]:
        """Listing by listing: each is written by itself."""
        return list((await self._listings_of(dirty)).values())

    async def lower(self, dirty: Sequence[Standing]) -> Sequence[Standing]:
        """Withdraw and lower what is too high among `dirty`; what is left needs a raise."""
        by_listing = await self._listings_of(dirty)
        moves = await asyncio.gather(
            *(self._in_turn(listing, may_raise=False) for listing in by_listing)
        )
        raised = {
            listing for listing, move in zip(by_listing, moves, strict=True) if move in _RAISES
        }
        return [one for listing in sorted(raised) for one in by_listing[listing]]

    async def raise_(self, dirty: Sequence[Standing]) -> None:
        """Prove and send the raises among `dirty`; what is unproved is tried again later."""
        proved = await self._prover.prove([standing.offer for standing in dirty])
        by_listing = await self._listings_of(dirty)
        unproved = [standing.offer for standing in dirty if standing.offer not in proved]
        await self._later(unproved, "unproved")
        await asyncio.gather(
            *(
                self._in_turn(listing, may_raise=True)
                for listing, standings in by_listing.items()
                if all(standing.offer in proved for standing in standings)
            )
        )

    async def _in_turn(self, listing: str, *, may_raise: bool) -> ListingMove:
        """One write at a time per listing: two would overwrite each other."""
        async with self._turns.setdefault(listing, asyncio.Lock()), self._room:
            async with reading(self._database) as session:
                view = await view_listing(session, self._shop, listing)
            try:
                await self._make(view, may_raise=may_raise)
            except MarketplaceError as error:
                log.warning("push.failed", shop=self._shop, listing=listing, error=str(error))
                await self._later([one.offer for one in view.standings.values()], str(error))
            return view.move

    async def _make(self, view: ListingView, *, may_raise: bool) -> None:
        keys = [offer.id for offer in view.offers.values()]
        match view.move:
            case ListingMove.NONE:
                async with begin(self._database) as session:
                    await settle_listing(session, self._shop, view.listing, self._clock)
            case ListingMove.LOOK:
                await self._look(keys)
            case ListingMove.UNDER_WAY:
                await self._later(keys, "another write is under way", wait_s=UNDER_WAY_S)
            case ListingMove.WAIT:
                await self._later(keys, "may come back by itself", wait_s=WAIT_FOR_RETURN_S)
            case move if move in _LOWERS or may_raise:
                await self._write(view, move, may_raise=may_raise)

    async def _write(self, view: ListingView, move: ListingMove, *, may_raise: bool) -> None:
        attempt = ListingWrite(
            self._shop,
            view.listing,
            key=new_key(self._rng),
            may_raise=may_raise,
            database=self._database,
            clock=self._clock,
            prover=self._prover,
            patience=self._patience,
        )
        view = await attempt.prepare()
        if move is ListingMove.WITHDRAW:
            await attempt.announce_withdrawal(view)
        results = await self._send(attempt, view, move)
        doubtful = await attempt.record(results)
        if move is not ListingMove.WITHDRAW:
            await self._prover.orders_of(self._shop)  # a sale between our read and our write
            await attempt.watch()
        if doubtful:
            await self._look([offer.id for offer in view.offers.values()])
        await attempt.settle()

    async def _send(
        self, attempt: ListingWrite, view: ListingView, move: ListingMove
    ) -> Sequence[Result]:
        try:
            match move:
                case ListingMove.WITHDRAW:
                    return await self._writer.withdraw(view.listing)
                case ListingMove.RESTORE:
                    return await self._writer.restore(view.listing, attempt.decide, attempt.keep)
                case _:
                    return await self._writer.rewrite(view.listing, attempt.decide, attempt.keep)
        except MaybeApplied as error:
            return _all(view, Shown.UNKNOWN, str(error))
        except RemoteGone as error:  # a look notes that it was deleted, and nothing more is sent
            return _all(view, Shown.STALE, str(error))
        except MarketplaceError as error:
            return _all(view, Shown.REFUSED, str(error))

    async def _look(self, wanted: Sequence[OfferId]) -> None:
        await self._prover.orders_of(self._shop)
        await self._lookout.look(wanted)

    async def _listings_of(self, dirty: Sequence[Standing]) -> dict[str, list[Standing]]:
        async with reading(self._database) as session:
            found = await offers.by_ids(session, [standing.offer for standing in dirty])
        by_listing: dict[str, list[Standing]] = {}
        for standing in dirty:
            if standing.offer in found and not found[standing.offer].gone:
                listing = found[standing.offer].ref.listing
                by_listing.setdefault(listing, []).append(standing)
        return by_listing

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
