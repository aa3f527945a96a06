"""A listing is written as a whole: what one of its offers waits for, the others need not."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.support.bench import ETSY, NOON, PATIENCE, Bench, etsy_ref, minute, open_book
from tests.support.clocks import StandingClock

from peg.catalog import returns
from peg.db.transaction import begin, reading
from peg.domain.identity import Sku
from peg.domain.offer import ANYWHERE
from peg.intake.looking import Lookout
from peg.intake.polling import Polls
from peg.marketplaces.port import Result
from peg.marketplaces.writers import Decide, KeepBefore
from peg.propagation import board, outcomes
from peg.propagation.board import Group
from peg.propagation.listings import ListingPusher
from peg.propagation.proof import Prover
from peg.propagation.retarget import retarget

GOLD, SILVER = Sku("BAND-GOLD"), Sku("BAND-SILVER")


class WritesNothing:
    """What waits is not written."""

    async def room_to_raise(self) -> None:
        raise AssertionError

    async def withdraw(self, listing: str) -> Sequence[Result]:
        raise AssertionError(listing)

    async def rewrite(
        self, listing: str, decide: Decide, keep: KeepBefore, *, lowers: bool = False
    ) -> Sequence[Result]:
        raise AssertionError(listing, decide, keep, lowers)

    async def restore(self, listing: str, decide: Decide, keep: KeepBefore) -> Sequence[Result]:
        raise AssertionError(listing, decide, keep)


async def test_a_sibling_that_shows_what_it_should_is_in_step(tmp_path: Path) -> None:
    clock = StandingClock()
    async with open_book(tmp_path) as database:
        async with begin(database) as session:
            bench = Bench(session)
            for sku in (GOLD, SILVER):
                await bench.stock(sku, 1)
            gold = await bench.offer(etsy_ref("22", "gold"), GOLD, shows=0)
            silver = await bench.offer(etsy_ref("22", "silver"), SILVER)
            await returns.note_may_rise(session, gold.id, ANYWHERE, 1, until=minute(5))
            await retarget(session, [GOLD, SILVER], now=NOON)
        polls = Polls(database, clock, {}, PATIENCE)
        nobody = Lookout(database, clock, {}, PATIENCE, polls=polls)
        pusher = ListingPusher(
            ETSY,
            WritesNothing(),
            database,
            clock,
            Random(1),
            lookout=nobody,
            prover=Prover(database, clock, nobody, polls, many=PATIENCE.many),
            patience=PATIENCE,
        )

        await pusher.lower(Group(listing="22", offers=[]))

        async with reading(database) as session:
            standings = await board.standings(session, [gold.id, silver.id])
        waits, shows = standings[gold.id], standings[silver.id]
        assert (waits.dirty, waits.last_outcome) == (True, outcomes.MAY_RETURN)
        assert (shows.dirty, shows.attempts, shows.last_outcome) == (False, 0, "shown")
