"""One chain of kills in a process of its own; what comes of each is said at once."""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.concurrency.crashes.chain import Told, open_chain
from tests.concurrency.crashes.decisions import kill_decisions
from tests.concurrency.crashes.fair import open_fair
from tests.concurrency.crashes.points import Point

BUSY_PIECES = 200


def play_points(points: Sequence[Point]) -> list[Told]:
    """Kill PEG at each of them, one after the other."""

    async def play() -> list[Told]:
        with tempfile.TemporaryDirectory(prefix="peg-crash-") as home:
            async with open_chain(Path(home), seed=7) as chain:
                chain.waits_for_leases = True
                return [_said(one) async for one in chain.kill_at(points)]

    return asyncio.run(play())


def play_decisions(points: Sequence[Point]) -> list[Told]:
    """Kill the command that decides a case at each of them."""

    async def play() -> list[Told]:
        with tempfile.TemporaryDirectory(prefix="peg-crash-") as home:
            folder = Path(home)
            async with open_fair(folder, seed=7, pieces=BUSY_PIECES) as fair:
                log = folder / "errands.log"
                return [_said(one) async for one in kill_decisions(fair, points, log=log)]

    return asyncio.run(play())


def play_moments(seed: int, times: int) -> list[Told]:
    """Kill PEG so often while people buy."""

    async def play() -> list[Told]:
        with tempfile.TemporaryDirectory(prefix="peg-crash-") as home:
            async with open_chain(Path(home), seed=seed, pieces=BUSY_PIECES) as chain:
                return [_said(await chain.kill_at_random(Random(seed), times=times))]

    return asyncio.run(play())


def say(line: str) -> None:
    """To whoever watches, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _said(told: Told) -> Told:
    say(str(told))
    return told
