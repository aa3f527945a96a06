"""Etsy takes a listing as a whole: what its offers will show is decided on what is true right then.

A band in gold and in silver is one listing; five of each are there.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select
from tests.support.bench import (
    ETSY,
    PATIENCE,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_book,
    reading_of,
)
from tests.support.clocks import StandingClock

from peg.catalog import mirror, offers
from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import begin, reading
from peg.domain.identity import OfferId, OfferRef, ShopId, Sku
from peg.domain.offer import ANYWHERE, Reading, Shelf
from peg.intake import surprises
from peg.intake.looking import Lookout
from peg.intake.polling import Polls
from peg.intake.surprises import What
from peg.ledger import suspense
from peg.marketplaces.port import Result, Shown, TooLate
from peg.marketplaces.writers import READINGS_MAX
from peg.propagation import board
from peg.propagation.attempts import new_key
from peg.propagation.evidence import Proof
from peg.propagation.listing_view import view_listing
from peg.propagation.listing_write import ListingWrite
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget
from peg.propagation.tables import attempts

GOLD, SILVER = Sku("BAND-GOLD"), Sku("BAND-SILVER")
BAND = {GOLD: etsy_ref("22", "gold"), SILVER: etsy_ref("22", "silver")}


class Bookkeeper(Prover):
    """Takes in the one order that Etsy has, unless the orders are left for later."""

    def __init__(self, database: Database, clock: StandingClock, *, asks: bool) -> None:
        polls = Polls(database, clock, {}, PATIENCE)
        nobody = Lookout(database, clock, {}, PATIENCE, polls=polls)
        super().__init__(database, clock, nobody, polls, many=PATIENCE.many)
        self._book = database
        self._asks = asks

    async def sales_of(self, shop: ShopId) -> None:
        await self.orders_of(shop)

    async def orders_of(self, shop: ShopId) -> None:
        del shop
        if self._asks:
            async with begin(self._book) as session:
                await Bench(session).take_in(OrderTold().told(0, line(BAND[SILVER], 1)))


@dataclass(frozen=True, slots=True)
class Listing:
    """The band's listing, about to be written."""

    database: Database
    ids: Mapping[Sku, OfferId]

    async def decides(
        self,
        *,
        asks: bool = True,
        proved: tuple[Sku, ...] = (),
        shelf: Shelf = Shelf.LISTED,
        reads: int = 5,
    ) -> dict[Sku, int]:
        """Both are read as showing `reads`; what each will show."""
        attempt = await self.attempt(asks=asks, proved=proved)
        seen = {ref: reading_of(ref, {ANYWHERE: reads}, shelf=shelf) for ref in BAND.values()}
        decided = await attempt.decide(seen)
        return {sku: decided[ref] for sku, ref in BAND.items()}

    async def attempt(self, *, asks: bool = False, proved: tuple[Sku, ...] = ()) -> ListingWrite:
        """A write that was prepared just now."""
        clock = StandingClock()
        attempt = ListingWrite(
            ETSY,
            "22",
            key=new_key(Random(1)),
            proof={self.ids[sku]: PROOF for sku in proved},
            commits=SharedCommits(self.database),
            clock=clock,
            prover=Bookkeeper(self.database, clock, asks=asks),
            patience=PATIENCE,
        )
        async with begin(self.database) as session:
            await attempt.prepare(session, await view_listing(session, ETSY, "22"))
        return attempt

    async def missed(self, sku: Sku) -> int:
        async with reading(self.database) as session:
            return await suspense.pieces_open(session, self.ids[sku])

    async def more_seen_once(self, sku: Sku) -> int:
        async with reading(self.database) as session:
            met = await surprises.of_offers(session, [self.ids[sku]])
        (first,) = met[self.ids[sku]]
        assert first.what is What.FIRST_SIGHT
        return first.pieces

    async def shows(self, sku: Sku, pieces: int) -> None:
        """It is read once more, by itself."""
        async with begin(self.database) as session:
            await Bench(session).read(BAND[sku], {ANYWHERE: pieces}, at=1)

    async def behind(self) -> set[OfferId]:
        """Offers that do not show their targets, tried again now or later."""
        async with reading(self.database) as session:
            return {one.offer for one in await board.behind(session, ETSY)}

    async def dirty(self) -> set[OfferId]:
        async with reading(self.database) as session:
            return {one.offer for one in await board.dirty(session, ETSY, now=minute(60))}

    async def kept(self) -> list[tuple[str, int, int]]:
        """What the attempt says it is about to send: variant, from, to."""
        async with reading(self.database) as session:
            (writes,) = (await session.scalars(select(attempts.c.writes))).all()
        return [(one["variant"], one["basis"], one["quantity"]) for one in writes]


def read(sku: Sku, pieces: int) -> dict[OfferRef, Reading]:
    return {BAND[sku]: reading_of(BAND[sku], {ANYWHERE: pieces})}


PROOF = Proof(begun_at=minute(0), readings={}, orders={})


@pytest.fixture
async def listing(tmp_path: Path) -> AsyncIterator[Listing]:
    async with open_book(tmp_path) as database:
        async with begin(database) as session:
            bench = Bench(session)
            for sku, ref in BAND.items():
                await bench.stock(sku, 5)
                await bench.offer(ref, sku, shows=5)
            found = await offers.by_refs(session, list(BAND.values()))
            await retarget(session, list(BAND), now=minute(0))
            for offer in found.values():
                await board.shown(session, offer.id, 1, outcome="shown", now=minute(0))
        yield Listing(database, {sku: found[ref].id for sku, ref in BAND.items()})


async def sells(listing: Listing, sku: Sku, pieces: int) -> None:
    """In person; a band that comes back is sold a negative number of times."""
    async with begin(listing.database) as session:
        await Bench(session).post(sku, on_hand=-pieces)
        await retarget(session, [sku], now=minute(0))


async def withdrawn(listing: Listing) -> None:
    async with begin(listing.database) as session:
        for offer in listing.ids.values():
            await mirror.note_shelf(session, offer, Shelf.WITHDRAWN)


async def test_a_silver_band_sold_after_it_was_read_is_not_written_back(listing: Listing) -> None:
    await sells(listing, GOLD, 1)

    assert await listing.decides() == {GOLD: 4, SILVER: 4}


async def test_without_asking_for_the_orders_first_it_is(listing: Listing) -> None:
    await sells(listing, GOLD, 1)

    assert await listing.decides(asks=False) == {GOLD: 4, SILVER: 5}  # four are left


async def test_a_band_that_is_missing_while_others_are_heard_of_is_looked_for_first(
    listing: Listing,
) -> None:
    """It was taken off by hand: written back like that, the gap would seem to be our own."""
    attempt = await listing.attempt()
    async with begin(listing.database) as session:  # heard of after we began
        await mirror.change(session, listing.ids[SILVER], ANYWHERE, quantity=5)

    with pytest.raises(TooLate, match="read again"):
        await attempt.decide(read(GOLD, 5) | read(SILVER, 4))
    decided = await attempt.decide(read(GOLD, 5) | read(SILVER, 4))

    assert decided[BAND[SILVER]] == 4
    assert await listing.missed(SILVER) == 1


async def test_bands_added_by_hand_while_a_raise_waited_are_seen_before_they_are_covered(
    listing: Listing,
) -> None:
    """A sale was heard of meanwhile, too: the listing is read once more before all is replaced."""
    await sells(listing, GOLD, -2)
    attempt = await listing.attempt(proved=(GOLD,))
    async with begin(listing.database) as session:  # heard of after we began
        await mirror.change(session, listing.ids[SILVER], ANYWHERE, quantity=5)

    with pytest.raises(TooLate, match="read again"):
        await attempt.decide(read(GOLD, 5) | read(SILVER, 7))
    decided = await attempt.decide(read(GOLD, 5) | read(SILVER, 7))

    assert decided == {BAND[GOLD]: 7, BAND[SILVER]: 5}
    assert await listing.more_seen_once(SILVER) == 2


async def test_a_band_taken_off_by_hand_while_a_raise_waited_is_not_written_back(
    listing: Listing,
) -> None:
    """What was decided first came too late to be sent, so the listing is read once more."""
    await sells(listing, GOLD, -2)
    attempt = await listing.attempt(proved=(GOLD, SILVER))
    await attempt.decide(read(GOLD, 5) | read(SILVER, 5))

    decided = await attempt.decide(read(GOLD, 5) | read(SILVER, 4))

    assert decided[BAND[SILVER]] == 4
    assert await listing.missed(SILVER) == 1


async def test_a_raise_is_left_for_another_time_where_each_reading_is_overtaken(
    listing: Listing,
) -> None:
    """Something is missing, and at every reading more was heard of it: a raise can wait."""
    await sells(listing, GOLD, -2)
    attempt = await listing.attempt(proved=(GOLD, SILVER))
    for _ in range(READINGS_MAX):
        async with begin(listing.database) as session:  # heard of while it was read
            await mirror.change(session, listing.ids[SILVER], ANYWHERE, quantity=5)
        with pytest.raises(TooLate, match="read again"):
            await attempt.decide(read(GOLD, 5) | read(SILVER, 4))


async def test_only_what_is_proved_goes_up(listing: Listing) -> None:
    await sells(listing, GOLD, -2)
    await sells(listing, SILVER, -2)

    assert await listing.decides(proved=(GOLD,), asks=False) == {GOLD: 7, SILVER: 5}
    assert await listing.kept() == [("gold", 5, 7), ("silver", 5, 5)]


async def test_a_listing_off_sale_raises_all_that_it_brings_back(listing: Listing) -> None:
    await withdrawn(listing)

    found = await listing.decides(proved=(GOLD,), asks=False, shelf=Shelf.WITHDRAWN)

    assert found == {GOLD: 5, SILVER: 0}
    assert await listing.dirty() == {listing.ids[SILVER]}  # driven again, with its own proof
    assert await listing.kept() == [("gold", 0, 5), ("silver", 0, 0)]


async def test_with_a_proof_of_each_it_comes_back_as_it_was(listing: Listing) -> None:
    await withdrawn(listing)

    both = await listing.decides(proved=(GOLD, SILVER), asks=False, shelf=Shelf.WITHDRAWN)

    assert both == {GOLD: 5, SILVER: 5}


@pytest.mark.parametrize("set_lower", [True, False])
async def test_who_was_lowered_for_the_sake_of_another_with_its_sku_is_not_missed(
    listing: Listing, *, set_lower: bool
) -> None:
    """Etsy takes one figure for both bands. Its reading afterwards shows what PEG set itself."""
    await sells(listing, GOLD, 2)
    attempt = await listing.attempt()
    await attempt.decide(read(GOLD, 5) | read(SILVER, 5))
    after = read(GOLD, 3) | read(SILVER, 3)
    sent = Result(ref=BAND[GOLD], place=ANYWHERE, shown=Shown.SENT, verified=after[BAND[GOLD]])
    silver = replace(sent, ref=BAND[SILVER], shown=Shown.REFUSED, verified=after[BAND[SILVER]])

    await attempt.record([sent, replace(silver, set_lower=set_lower)], watched=False)
    await listing.shows(SILVER, 3)

    assert await listing.missed(SILVER) == (0 if set_lower else 2)
    assert await listing.behind() == ({listing.ids[SILVER]} if set_lower else set())
