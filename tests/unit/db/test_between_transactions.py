"""PEG is stopped between two transactions, not within one."""

import asyncio
from pathlib import Path

from tests.support.clocks import RealClock

from peg.db.engine import open_database, sqlite_url
from peg.db.transaction import begin


async def test_a_stop_waits_for_the_transaction_under_way(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "peg.db"))
    begun, done = asyncio.Event(), asyncio.Event()

    async def works() -> None:
        async with begin(database):
            begun.set()
            await done.wait()

    working = asyncio.create_task(works())
    await begun.wait()
    assert not await database.between_transactions(RealClock(), within_s=0.05)

    done.set()

    assert await database.between_transactions(RealClock(), within_s=10)
    await working
    await database.close()
