"""A running PEG whose disk is full says so to the shops, and goes on by itself once there is room.

The full disk is made with RLIMIT_FSIZE, set from outside on the running process: no file of its may
be written any more, neither the database, nor its log, nor what a shell has sent its words to.
"""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.concurrency.crashes.fair import Fair, open_fair
from tests.concurrency.crashes.lives import Life, nursery
from tests.concurrency.crashes.verdict import MARKETS, breaches, came_to_rest

SENT_WITHIN_S = 20.0
LONG_ENOUGH_S = 3.0


@dataclass(frozen=True, slots=True)
class AtWork:
    """PEG at work between two shops."""

    fair: Fair
    life: Life

    async def answers(self) -> dict[str, list[int | None]]:
        """How each shop's deliveries were answered so far."""
        return {
            market: [
                one["status"]
                for one in (await self.fair.control.read(f"webhooks/{market}"))["attempts"]
            ]
            for market in MARKETS
        }

    async def sends_more(self, before: dict[str, list[int | None]]) -> dict[str, set[int | None]]:
        """Wait until both shops have sent something more; how that was answered."""
        for _ in range(int(SENT_WITHIN_S / 0.1)):
            now = await self.answers()
            if all(len(now[market]) > len(before[market]) for market in MARKETS):
                break
            await asyncio.sleep(0.1)
        return {market: set(now[market][len(before[market]) :]) for market in MARKETS}


@pytest.fixture
async def at_work(tmp_path: Path) -> AsyncIterator[AtWork]:
    async with open_fair(tmp_path, seed=7) as fair, nursery() as raising:
        life = await raising.start(
            fair.environment, log=tmp_path / "run.log", point=None, armed=tmp_path / "never"
        )
        await life.takes_webhooks(fair.http)
        await came_to_rest(fair)
        yield AtWork(fair, life)


@contextmanager
def a_full_disk(pid: int) -> Iterator[None]:
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def told_of(fair: Fair) -> list[str]:
    """The alerts that were raised."""
    with closing(sqlite3.connect(fair.home / "peg.db")) as book:
        return [name for (name,) in book.execute("SELECT name FROM alerts ORDER BY id")]


async def test_on_a_full_disk_nothing_is_acknowledged_and_all_is_taken_in_once_there_is_room(
    at_work: AtWork,
) -> None:
    fair, life = at_work.fair, at_work.life
    before = await at_work.answers()

    with a_full_disk(life.pid):
        await fair.buy("shopify", single=True)
        await fair.buy("etsy", single=True)
        meanwhile = await at_work.sends_more(before)
        ready = await fair.http.get(f"{life.url}/ready")
        await asyncio.sleep(LONG_ENOUGH_S)
    await came_to_rest(fair)

    assert meanwhile == {"shopify": {503}, "etsy": {503}}
    assert (ready.status_code, ready.json()["title"]) == (503, "DiskFull")
    assert await breaches(fair) == []
    assert not life.ended.done()
    told = told_of(fair)
    assert told.count("database_unwritable") == 1
    assert "task_crashed" not in told
    assert "Traceback" not in (fair.home / "run.log").read_text()
