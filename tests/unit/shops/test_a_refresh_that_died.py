"""A process that dies over a refresh leaves its lease behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.clocks import StandingClock
from tests.support.rotating_tokens import RotatingServer, source
from tests.support.shops import ETSY, connect, grant, key_ring, open_file

from peg.db.transaction import begin
from peg.shops import leases
from peg.shops.tokens import TokenSource, lease_name

LEASE_S = 60


@asynccontextmanager
async def beside_a_dead_process(
    home: Path, clock: StandingClock, *, lasts_s: float
) -> AsyncIterator[TokenSource]:
    """Its lease goes on for a minute; the token that is kept is good for so long still."""
    server, ring = RotatingServer(clock), key_ring()
    async with open_file(home / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=lasts_s))
        async with begin(database) as session:
            await leases.take(session, lease_name(ETSY), now=clock.now(), for_s=LEASE_S)
        yield source(database, ring, server)


async def test_a_dead_process_holds_up_the_refresh_for_a_minute_at_most(tmp_path: Path) -> None:
    clock = StandingClock()
    begun = clock.now()
    async with beside_a_dead_process(tmp_path, clock, lasts_s=0) as tokens:
        assert await tokens.token() == "access-2"
        assert LEASE_S <= (clock.now() - begun).total_seconds() < LEASE_S + 1


async def test_while_a_dead_process_holds_up_the_refresh_a_still_good_token_serves(
    tmp_path: Path,
) -> None:
    clock = StandingClock()
    begun = clock.now()
    async with beside_a_dead_process(tmp_path, clock, lasts_s=200) as tokens:
        assert await tokens.token() == "access-1"
        assert clock.now() == begun
        clock.pass_(LEASE_S)
        assert await tokens.token() == "access-2"


async def test_a_refused_token_serves_nobody_while_a_dead_process_holds_up_the_refresh(
    tmp_path: Path,
) -> None:
    clock = StandingClock()
    begun = clock.now()
    async with beside_a_dead_process(tmp_path, clock, lasts_s=200) as tokens:
        await tokens.refused("access-1")

        assert await tokens.token() == "access-2"
        assert (clock.now() - begun).total_seconds() >= LEASE_S
