"""A ring is sold on Etsy just when PEG writes its listing: that is neither undone nor overlooked.

Etsy lists a sale's receipt late; until it does, only the listing tells.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from tests.support.bench import (
    ETSY,
    PATIENCE,
    RING,
    SHOPIFY,
    Bench,
    OrderTold,
    etsy_ref,
    line,
    minute,
    open_book,
    reading_of,
    shopify_ref,
)
from tests.support.clocks import StandingClock

from peg.catalog import mirror
from peg.db.engine import Database
from peg.db.shared_commits import SharedCommits
from peg.db.transaction import begin
from peg.domain.identity import OfferId, ShopId
from peg.domain.offer import ANYWHERE, Shelf
from peg.intake.looking import Lookout
from peg.intake.polling import Polls
from peg.ledger import cases
from peg.marketplaces.port import Result, Shown
from peg.propagation.attempts import new_key
from peg.propagation.evidence import Proof
from peg.propagation.listing_view import view_listing
from peg.propagation.listing_write import ListingWrite
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget


class NothingNew(Prover):
    """No order is listed yet."""

    async def sales_of(self, shop: ShopId) -> None:
        del shop

    async def orders_of(self, shop: ShopId) -> None:
        del shop


@dataclass(frozen=True, slots=True)
class Writing:
    """The ring's listing, while it is written."""

    database: Database
    attempt: ListingWrite

    async def prepare(self) -> None:
        async with begin(self.database) as session:
            await self.attempt.prepare(session, await view_listing(session, ETSY, "22"))

    async def sells(self) -> None:
        async with begin(self.database) as session:
            await Bench(session).take_in(OrderTold().told(1, line(etsy_ref(), 1)))

    async def records(self, shown: Shown, pieces: int, shelf: Shelf) -> bool:
        """What was read back; whether it has to be looked at again."""
        seen = reading_of(etsy_ref(), {ANYWHERE: pieces}, shelf=shelf)
        result = Result(ref=etsy_ref(), place=ANYWHERE, shown=shown, verified=seen)
        return await self.attempt.record([result], watched=False)

    async def is_read(self, pieces: int, shelf: Shelf) -> None:
        async with begin(self.database) as session:
            await Bench(session).look(etsy_ref(), pieces, at=1, shelf=shelf)

    async def left(self) -> tuple[int, int]:
        """Pieces that may be promised, and cases."""
        async with begin(self.database) as session:
            return await Bench(session).available(), len(await cases.all_cases(session))


async def ring(database: Database, *, on_sale: bool = True) -> OfferId:
    """One ring that Etsy shows, or does not show any more."""
    async with begin(database) as session:
        bench = Bench(session)
        await bench.stock(RING, 1)
        offer = await bench.offer(etsy_ref(), RING, shows=1)
        if not on_sale:
            await mirror.note_shelf(session, offer.id, Shelf.WITHDRAWN)
        await retarget(session, [RING], now=minute(0))
        return offer.id


async def is_sold_on_shopify(database: Database) -> None:
    async with begin(database) as session:
        bench = Bench(session)
        await bench.offer(shopify_ref(), RING, shows={"71": 1})
        order = OrderTold(order="1001", shop=SHOPIFY)
        await bench.take_in(order.told(0, line(shopify_ref(), 1, at="71")))
        await retarget(session, [RING], now=minute(0))


def written(database: Database, offer: OfferId, *, raised: bool = True) -> Writing:
    """A write about to be sent, with the proof that one needs in which something is `raised`."""
    clock = StandingClock()
    polls = Polls(database, clock, {}, PATIENCE)
    nobody = Lookout(database, clock, {}, PATIENCE, polls=polls)
    attempt = ListingWrite(
        ETSY,
        "22",
        key=new_key(Random(1)),
        proof={offer: Proof(begun_at=minute(0), readings={}, orders={})} if raised else None,
        commits=SharedCommits(database),
        clock=clock,
        prover=NothingNew(database, clock, nobody, polls, many=PATIENCE.many),
        patience=PATIENCE,
    )
    return Writing(database=database, attempt=attempt)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_book(tmp_path) as database:
        yield database


async def test_a_sale_taken_in_after_the_check_is_not_undone_by_it(database: Database) -> None:
    writing = written(database, await ring(database, on_sale=False))
    await writing.prepare()
    await writing.attempt.decide(
        {etsy_ref(): reading_of(etsy_ref(), {ANYWHERE: 1}, shelf=Shelf.WITHDRAWN)}
    )

    await writing.sells()
    doubtful = await writing.records(Shown.SENT, 1, Shelf.LISTED)
    await writing.is_read(0, Shelf.SOLD_OUT)

    assert doubtful
    assert await writing.left() == (0, 0)  # it was counted twice, and a case opened


async def test_a_decision_on_an_older_reading_is_not_taken_for_what_is_there(
    database: Database,
) -> None:
    writing = written(database, await ring(database), raised=False)
    await writing.prepare()

    await writing.sells()
    await writing.attempt.decide({etsy_ref(): reading_of(etsy_ref(), {ANYWHERE: 1})})
    doubtful = await writing.records(Shown.ALREADY, 1, Shelf.LISTED)
    await writing.is_read(0, Shelf.SOLD_OUT)

    assert doubtful
    assert await writing.left() == (0, 0)


async def test_a_ring_found_sold_out_when_it_was_withdrawn_is_known_to_be_sold_twice(
    database: Database,
) -> None:
    writing = written(database, await ring(database))
    await is_sold_on_shopify(database)
    await writing.prepare()

    doubtful = await writing.records(Shown.SENT, 0, Shelf.SOLD_OUT)
    await writing.is_read(0, Shelf.SOLD_OUT)

    assert doubtful
    assert await writing.left() == (-1, 1)


async def test_a_withdrawn_ring_that_is_sold_out_was_sold_in_between(database: Database) -> None:
    writing = written(database, await ring(database, on_sale=False))

    await writing.is_read(0, Shelf.SOLD_OUT)

    assert await writing.left() == (0, 0)
    await writing.sells()
    assert await writing.left() == (0, 0)  # its order explains it
