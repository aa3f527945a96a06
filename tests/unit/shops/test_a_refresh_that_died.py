"""A process that dies over a refresh leaves its lease behind."""

from pathlib import Path

from tests.support.clocks import StandingClock
from tests.support.rotating_tokens import RotatingServer, source
from tests.support.shops import ETSY, connect, grant, key_ring, open_file

from peg.db.transaction import begin
from peg.shops import leases
from peg.shops.tokens import lease_name


async def test_a_dead_process_holds_up_the_refresh_for_a_minute_at_most(tmp_path: Path) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=0))
        begun = server.clock.now()
        async with begin(database) as session:
            await leases.take(session, lease_name(ETSY), now=begun, for_s=60)

        assert await source(database, ring, server).token() == "access-2"
        assert 60 <= (server.clock.now() - begun).total_seconds() < 61


async def test_while_a_dead_process_holds_up_the_refresh_a_still_good_token_serves(
    tmp_path: Path,
) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=200))
        begun = server.clock.now()
        async with begin(database) as session:
            await leases.take(session, lease_name(ETSY), now=begun, for_s=60)
        tokens = source(database, ring, server)

        assert await tokens.token() == "access-1"
        assert server.clock.now() == begun
        server.clock.pass_(60)
        assert await tokens.token() == "access-2"


async def test_a_refused_token_serves_nobody_while_a_dead_process_holds_up_the_refresh(
    tmp_path: Path,
) -> None:
    server, ring = RotatingServer(StandingClock()), key_ring()
    async with open_file(tmp_path / "peg.db") as database:
        await connect(database, ring, grant(1, lasts_s=200))
        begun = server.clock.now()
        async with begin(database) as session:
            await leases.take(session, lease_name(ETSY), now=begun, for_s=60)
        tokens = source(database, ring, server)

        await tokens.refused("access-1")

        assert await tokens.token() == "access-2"
        assert (server.clock.now() - begun).total_seconds() >= 60
