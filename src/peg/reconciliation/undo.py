"""Undo writes to shops: look how each stands, judge, and have the usual writers put it back.

Nothing is sent from here. An undone write is kept as a cause of its offer's target: so it goes the
way of all writes, past pauses, with an attempt, and with its proof where it raises a figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import mirror, offers
from peg.catalog.expectation import Expectation
from peg.catalog.offers import Offer
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.identity import OfferId, ShopId
from peg.domain.offer import ANYWHERE, Shelf
from peg.intake.looking import Lookout
from peg.intake.polling import Polls
from peg.marketplaces.port import RemoteGone
from peg.marketplaces.writers import ComparesListings
from peg.propagation import board, undone, written
from peg.propagation.retarget import aims_before_undoing, retarget_offers
from peg.propagation.targets import Aim
from peg.propagation.undone import Undone
from peg.propagation.written import KeptWrite
from peg.reconciliation.undo_rules import Scene, Undoing, Verdict, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of wanting one write undone, or taken back."""

    write: KeptWrite
    offer: Offer
    verdict: Verdict


class Undoer:
    """Undoes writes, and takes that back."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        polls: Polls,
        lookout: Lookout,
        listings: Mapping[ShopId, ComparesListings],
    ) -> None:
        self._database = database
        self._clock = clock
        self._polls = polls
        self._lookout = lookout
        self._listings = listings

    async def undo(self, name: str, *, who: str, dry_run: bool = False) -> Sequence[Came]:
        """Undo a write by its number, or all those of an attempt by its key, each by itself.

        The orders are taken in and the offers read first; with `dry_run` nothing else happens.

        Raises:
            NoSuchWrite: there is none.
            MarketplaceError: its shop cannot be read now.
        """
        async with reading(self._database) as session:
            kept = await written.named(session, name)
        for shop in sorted({one.shop for one in kept}):
            await self._polls.poll(shop)
        await self._lookout.look({one.offer for one in kept})
        changed = await self._changed_beside(kept)
        if dry_run:
            async with reading(self._database) as session:
                return await _judged(session, kept, changed)
        async with begin(self._database) as session:
            again = await written.named(session, name)
            came = await _judged(session, again, changed)
            now = self._clock.now()
            for one in came:
                await _keep(session, one, who=who, now=now)
            acting = [one.offer for one in came if one.verdict.undoing.acts]
            await _drive(session, acting, now=now)
        return came

    async def take_back(self, name: str, *, dry_run: bool = False) -> Sequence[Came]:
        """End that writes are undone: their offers show again what the book allows.

        Raises:
            NoSuchWrite: there is none.
        """
        async with begin(self._database) as session:
            kept = await written.named(session, name)
            known = await offers.by_ids(session, [one.offer for one in kept])
            came = [
                Came(write=one, offer=known[one.offer], verdict=_taken_back(one)) for one in kept
            ]
            acting = [] if dry_run else [one for one in came if one.verdict.undoing.acts]
            for one in acting:
                await undone.end(session, one.write.offer, one.write.place)
            await _drive(session, [one.offer for one in acting], now=self._clock.now())
        return came

    async def _changed_beside(self, kept: Sequence[KeptWrite]) -> Mapping[str, Sequence[str]]:
        """By attempts: what of their listings is not as it was, but for the quantities."""
        found = {}
        for attempt, shop in {one.attempt: one.shop for one in kept}.items():
            async with reading(self._database) as session:
                before = await written.before_of(session, attempt)
            if before is not None and shop in self._listings:
                writer = self._listings[shop]
                try:
                    found[attempt] = await writer.changed_beside(before["listing"], before)
                except RemoteGone:
                    continue  # the look has noted it, and nothing of it is kept any more
        return found


def _taken_back(write: KeptWrite) -> Verdict:
    if write.undone is None:
        return Verdict(Undoing.REFUSED, "it is not undone: `peg writes` lists what is")
    return Verdict(Undoing.AS_THE_BOOK, "shows again what the book allows")


async def _judged(
    session: AsyncSession, kept: Sequence[KeptWrite], changed: Mapping[str, Sequence[str]]
) -> Sequence[Came]:
    keys = list({one.offer for one in kept})
    known = await offers.by_ids(session, keys)
    expected = await mirror.expected_of(session, keys)
    aims = await aims_before_undoing(session, list(known.values()))
    newest = await written.newest_of(session, keys)
    return [
        Came(
            write=one,
            offer=known[one.offer],
            verdict=judge(
                _scene(
                    one,
                    known[one.offer],
                    expected.get(one.offer, {}).get(one.place),
                    aims.get(one.offer),
                    newest=newest[one.offer, one.place],
                    changed=changed.get(one.attempt, ()),
                )
            ),
        )
        for one in kept
    ]


def _scene(
    write: KeptWrite,
    offer: Offer,
    known: Expectation | None,
    aim: Aim | None,
    *,
    newest: int,
    changed: Sequence[str],
) -> Scene:
    return Scene(
        write=write,
        newest=newest,
        shows=None if known is None else _for_sale(known, write.place),
        is_sure=known is not None and known.pending is None and not known.unanswered,
        allowed=None if aim is None else aim.quantities.get(write.place),
        why=() if aim is None else aim.why,
        changed=changed,
        parked=offer.parked,
        sku=offer.components[0].sku if offer.components else "SKU",
    )


def _for_sale(known: Expectation, place: str) -> int:
    """As the write counted it: of a listing as a whole, nothing while it is off sale."""
    off_sale = place == ANYWHERE and known.shelf is not Shelf.LISTED
    return 0 if off_sale else known.quantity


async def _keep(session: AsyncSession, came: Came, *, who: str, now: datetime) -> None:
    write = came.write
    if came.verdict.undoing is Undoing.PUT_BACK:
        one = Undone(
            offer=write.offer,
            place=write.place,
            write=write.id,
            quantity=write.before,
            who=who,
            since=now,
        )
        await undone.put(session, one)
    elif came.verdict.undoing is Undoing.AS_THE_BOOK:
        await undone.end(session, write.offer, write.place)


async def _drive(session: AsyncSession, wanted: Sequence[Offer], *, now: datetime) -> None:
    moved = set(await retarget_offers(session, wanted, now=now))
    for offer in {one.id for one in wanted} - moved:
        await board.make_dirty(session, OfferId(offer), now=now)
