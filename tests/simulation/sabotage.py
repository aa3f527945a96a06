"""`make sabotage`: break PEG in each way that is known, and see whether the judge notices.

A line for each: its name, caught or not, at which seed, by which invariant. One that is not caught
means that the simulation is too kind. The honest source is played at the same seeds and must keep
every promise.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.simulation.sabotages import SABOTAGES
from tests.simulation.sabotages.kinds import Sabotage, honest
from tests.simulation.sabotages.playing import Found, play


def main() -> int:
    """Try each; 1 if any was not caught, or the honest source was."""
    wanted = _parse(sys.argv[1:])
    chosen = [one for one in SABOTAGES if wanted.only in one.name]
    failed = 0
    with ThreadPoolExecutor(wanted.jobs) as pool:
        for found in _played(pool, chosen, first=wanted.first, seeds=wanted.seeds):
            _say(str(found))
            failed += found.seed is None
        controls = {control_of(one): None for one in chosen} if wanted.first is None else {}
        for found in pool.map(play, controls):
            amid = ", ".join(kind for kind, _ in found.sabotage.amid) or "what it draws"
            kept = found.sentence or "every promise kept"
            _say(f"honest at seed {found.sabotage.seed} amid {amid}: {kept}")
            failed += found.seed is not None
    return int(failed > 0)


def control_of(one: Sabotage) -> Sabotage:
    """What the honest source is played at beside it."""
    return honest(one.seed, one.amid, one.chores_per_hour, returns=one.returns)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _played(
    pool: ThreadPoolExecutor, chosen: Sequence[Sabotage], *, first: int | None, seeds: int
) -> Iterator[Found]:
    waiting = [pool.submit(play, one, first=first, seeds=seeds) for one in chosen]
    for done in as_completed(waiting):
        yield done.result()


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.sabotage", description=__doc__
    )
    parser.add_argument(
        "--first", type=int, help="search from this seed on, not at its recorded one"
    )
    parser.add_argument("--seeds", type=int, default=1, help="how many are tried")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="those whose name contains this")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
