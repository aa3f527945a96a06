"""Etsy takes a listing as a whole: a band in gold and in silver, about to be written."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

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

from peg.catalog import offers
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


@asynccontextmanager
async def open_listing(folder: Path) -> AsyncIterator[Listing]:
    """Five of each are on sale."""
    async with open_book(folder) as database:
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


async def sells_in_person(listing: Listing, sku: Sku, pieces: int) -> None:
    """In person; a band that comes back is sold a negative number of times."""
    async with begin(listing.database) as session:
        await Bench(session).post(sku, on_hand=-pieces)
        await retarget(session, [sku], now=minute(0))
