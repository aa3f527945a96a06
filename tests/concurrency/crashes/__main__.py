"""`make crash`: kill PEG at every point of the table, and at many random moments under load."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.concurrency.crashes.chain import Told
from tests.concurrency.crashes.playing import play_decisions, play_moments, play_points, say
from tests.concurrency.crashes.points import areas, decisions, points

KILLS_PER_CHAIN = 25
"""Random kills until PEG is judged; shops and database are new after that."""


def main() -> int:
    """Kill, say what came of each, and count; 1 if a promise was broken."""
    wanted = _parse(sys.argv[1:])
    begun_s = time.monotonic()
    with ProcessPoolExecutor(wanted.jobs, max_tasks_per_child=1) as pool:
        chains = [pool.submit(play_points, found) for found in areas().values()]
        chains.append(pool.submit(play_decisions, decisions()))
        for start in range(0, wanted.random, KILLS_PER_CHAIN):
            times = min(KILLS_PER_CHAIN, wanted.random - start)
            chains.append(pool.submit(play_moments, wanted.seed + start, times))
        told = [done.result() for done in as_completed(chains)]
    say(_summary(told, took_s=time.monotonic() - begun_s))
    return int(any(one.broken for chain in told for one in chain))


def _summary(told: Sequence[Sequence[Told]], *, took_s: float) -> str:
    looks = [one for chain in told for one in chain]
    at_points = len(list(points())) + len(decisions())
    return (
        f"{sum(one.kills for one in looks)} kills, {at_points} of them at points, in"
        f" {took_s:.0f} s, amid {sum(chain[-1].orders for chain in told)} orders and"
        f" {sum(chain[-1].letters for chain in told)} acknowledged deliveries:"
        f" {sum(bool(one.broken) for one in looks)} of {len(looks)} looks found something broken"
    )


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.concurrency.crashes")
    parser.add_argument("--random", type=int, default=500, help="random moments under load")
    parser.add_argument("--seed", type=int, default=1, help="of those moments and their buyers")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
