"""`make crash`: kill PEG at every point of the table, and at many random moments under load."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from random import Random

from tests.concurrency.crashes.chain import Told, open_chain
from tests.concurrency.crashes.points import Point, areas, points

BUSY_PIECES = 200
KILLS_PER_CHAIN = 25
"""Random kills until PEG is judged; shops and database are new after that."""


def main() -> int:
    """Kill, say what came of each, and count; 1 if a promise was broken."""
    wanted = _parse(sys.argv[1:])
    begun_s = time.monotonic()
    with ProcessPoolExecutor(wanted.jobs, max_tasks_per_child=1) as pool:
        chains = [pool.submit(play_points, found) for found in areas().values()]
        for start in range(0, wanted.random, KILLS_PER_CHAIN):
            times = min(KILLS_PER_CHAIN, wanted.random - start)
            chains.append(pool.submit(play_moments, wanted.seed + start, times))
        told = [[_said(one) for one in done.result()] for done in as_completed(chains)]
    broken = [one for chain in told for one in chain if one.broken]
    say(
        f"{sum(one.kills for chain in told for one in chain)} kills,"
        f" {len(list(points()))} of them at points, in {time.monotonic() - begun_s:.0f} s, amid"
        f" {sum(chain[-1].orders for chain in told)} orders and"
        f" {sum(chain[-1].letters for chain in told)} acknowledged deliveries:"
        f" {len(broken)} of {sum(len(chain) for chain in told)} looks found something broken"
    )
    return int(bool(broken))


def play_points(found: list[Point]) -> list[Told]:
    """Kill PEG at each of them, one after the other."""

    async def play() -> list[Told]:
        with tempfile.TemporaryDirectory(prefix="peg-crash-") as home:
            async with open_chain(Path(home), seed=7) as chain:
                chain.waits_for_leases = True
                return [one async for one in chain.kill_at(found)]

    return asyncio.run(play())


def play_moments(seed: int, times: int) -> list[Told]:
    """Kill PEG so often while people buy."""

    async def play() -> list[Told]:
        with tempfile.TemporaryDirectory(prefix="peg-crash-") as home:
            async with open_chain(Path(home), seed=seed, pieces=BUSY_PIECES) as chain:
                return [await chain.kill_at_random(Random(seed), times=times)]

    return asyncio.run(play())


def say(line: str) -> None:
    """To whoever watches, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _said(told: Told) -> Told:
    say(str(told))
    return told


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.concurrency.crashes")
    parser.add_argument("--random", type=int, default=500, help="random moments under load")
    parser.add_argument("--seed", type=int, default=1, help="of those moments and their buyers")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
