"""`make simulate SEEDS=1000 FIRST=1`: play many seeds; each that breaks a promise is made small."""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from tests.simulation.plan import draw
from tests.simulation.run import Outcome, simulate
from tests.simulation.shrink import shrink

SHOWN_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to play.

    Attributes:
        jobs: processes side by side.
        verbose: tell each step.
        owner: she works on PEG's side too.
    """

    seeds: int
    first: int
    days: float
    jobs: int
    verbose: bool
    shrink: bool
    owner: bool


def main() -> int:
    """Play them, say how each went; 1 if a promise was broken."""
    wanted = parse(sys.argv[1:])
    begun_s = time.monotonic()
    broken = [outcome for outcome in _played(wanted) if outcome.violations]
    took_s = time.monotonic() - begun_s
    days = wanted.seeds * wanted.days
    say(
        f"{wanted.seeds - len(broken)} of {wanted.seeds} seeds kept every promise;"
        f" {days:g} shop-days in {took_s:.0f} s, {days / took_s * 60:.1f} a minute"
    )
    for outcome in broken:
        explain(outcome, wanted)
    return int(bool(broken))


def parse(words: list[str]) -> Wanted:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--days", type=float, default=2.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--owner", action="store_true", help="she works on PEG's side too")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    return Wanted(**vars(parser.parse_args(words)))


def explain(outcome: Outcome, wanted: Wanted) -> None:
    """How to see it again, and the smallest history that still shows it."""
    seed, days = outcome.plan.seed, wanted.days
    again = f"python -m tests.simulation --first {seed} --seeds 1 --days {days:g}"
    say(f"\nseed {seed}: {again}{' --owner' if wanted.owner else ''}")
    small = shrink(outcome, play=simulate) if wanted.shrink else outcome
    for line in small.last_lines[-SHOWN_LINES:]:
        say(f"  {line}")
    say(f"  of {len(outcome.plan.episodes)} misfortunes these are needed:")
    for episode in small.plan.episodes:
        say(f"    {episode}")
    for violation in small.violations:
        say(f"  {violation}")


def say(line: str) -> None:
    """To whoever watches, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _played(wanted: Wanted) -> list[Outcome]:
    plans = [
        draw(seed, days=wanted.days, owner=wanted.owner)
        for seed in range(wanted.first, wanted.first + wanted.seeds)
    ]
    if wanted.verbose:
        return [_told(simulate(plan, echo=say)) for plan in plans]
    with ProcessPoolExecutor(wanted.jobs, max_tasks_per_child=8) as pool:
        waiting = [pool.submit(simulate, plan) for plan in plans]
        return [_told(done.result()) for done in as_completed(waiting)]


def _told(outcome: Outcome) -> Outcome:
    word = "BROKEN" if outcome.violations else "kept"
    say(
        f"seed {outcome.plan.seed}: {word}; {outcome.orders} orders,"
        f" {len(outcome.plan.episodes)} misfortunes, trace {outcome.trace}"
        + "".join(f"\n    {violation}" for violation in outcome.violations)
    )
    return outcome


if __name__ == "__main__":
    sys.exit(main())
