"""Rehearse many seeds, with and without faults: `make rehearse SEEDS=20 FIRST=1`."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from bench.demo import Run, run_demo
from bench.measured import ROOT, keep
from bench.page import table, write_section

FAULTS = {"on": ("hard",), "off": ("usual",), "both": ("usual", "hard")}
KEPT = ROOT / ".cache" / "rehearsals"
"""Everything each rehearsal printed, for whoever asks why."""

PAGE = """{provenance}
Each line is one `peg demo --headless --orders {orders} --seed S --faults F{extra} --json`: separate
processes, real sockets, and the verdict from the practice marketplaces' own record. `usual` is
what the practice shops do by themselves, without webhooks that come hours late; `hard` loses
20 % of the webhooks, doubles 20 %, reorders 20 %, answers 5 % of the calls with a server error,
loses 2 % of the answers, and shows 5 % of Etsy's first reads after a write as they were before.
Seconds are market time, from a sale until the other shop shows no more than there is.

**{held} of {count} held**: every invariant, and every offer at its target.

{table}"""
COLUMNS = (
    "seed",
    "faults",
    "held",
    "orders",
    "sold twice inside the window",
    "outside",
    "sale to withdrawal p50, s",
    "p99, s",
    "refused for haste",
    "off target",
    "took, s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to rehearse.

    Attributes:
        faults: `on`, `off` or `both`.
        jobs: so many rehearsals side by side.
        extra: more options of `peg demo`.
    """

    seeds: int
    first: int
    orders: int
    faults: str
    jobs: int = 1
    extra: Sequence[str] = ()

    def options(self) -> Iterator[tuple[str, ...]]:
        """The options of each rehearsal."""
        for seed in range(self.first, self.first + self.seeds):
            for faults in FAULTS[self.faults]:
                told = ("--orders", str(self.orders), "--seed", str(seed), "--faults", faults)
                yield (*told, *self.extra)

    def command(self) -> str:
        """How to run all of it again."""
        words = f"make rehearse SEEDS={self.seeds} FIRST={self.first} ORDERS={self.orders}"
        more = f' ARGS="{" ".join(self.extra)}"' if self.extra else ""
        return f"{words} FAULTS={self.faults} JOBS={self.jobs}{more}"


def main() -> int:
    """Run them all, say each as it ends, write them down; 1 if any did not hold."""
    wanted = parse(sys.argv[1:])
    runs = []
    with ThreadPoolExecutor(wanted.jobs) as pool:
        waiting = [pool.submit(run_demo, *options) for options in wanted.options()]
        for ended in as_completed(waiting):
            runs.append(ended.result())
            keep_whole(runs[-1])
            print(line(figures(runs[-1])), flush=True)
    told = sorted((figures(run) for run in runs), key=lambda one: (one["seed"], one["faults"]))
    write(wanted, told)
    print(last_line(told))
    return int(any(not one["held"] for one in told))


def parse(words: Sequence[str]) -> Wanted:
    """Read the command line; what it does not know goes to `peg demo`."""
    parser = argparse.ArgumentParser(prog="python -m bench.rehearsals", description=__doc__)
    parser.add_argument("--seeds", type=_at_least_one, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--orders", type=_at_least_one, default=300)
    parser.add_argument("--faults", choices=FAULTS, default="both")
    parser.add_argument("--jobs", type=_at_least_one, default=1)
    known, extra = parser.parse_known_args(words)
    return Wanted(**vars(known), extra=tuple(extra))


def figures(run: Run) -> dict[str, Any]:
    """One rehearsal on one line; where it printed no figures, they are missing."""
    found = run.found
    lowered = found.get("seconds_from_sale_to_withdrawal", {}).get("after_sales", {})
    twice = found.get("double_sales", {})
    return {
        "seed": int(_after(run, "--seed")),
        "faults": _after(run, "--faults"),
        "held": run.exit_code == 0,
        "exit_code": run.exit_code,
        "orders": sum(side["orders"] for side in found.get("sales", {}).values()),
        "sold_twice_inside": len(twice.get("inside", ())),
        "sold_twice_outside": len(twice.get("outside", ())),
        "p50_s": lowered.get("p50"),
        "p99_s": lowered.get("p99"),
        "refused_429_share": found.get("refused_429", {}).get("earned_share"),
        "off_target": len(found.get("drift", {}).get("offers", ())),
        "broken": [name for name, held in found.get("invariants", {}).items() if not held],
        "took_s": run.seconds,
        "complaint": "" if found else run.complaint,
        "replay": run.replay,
    }


def line(one: dict[str, Any]) -> str:
    """What is said when a rehearsal has ended."""
    begin = f"seed {one['seed']:<3} faults {one['faults']:<5} exit {one['exit_code']}"
    if one["complaint"]:
        return f"{begin}  printed no figures: {one['complaint']}"
    return (
        f"{begin}  {one['orders']} orders  sold twice {one['sold_twice_inside']} inside,"
        f" {one['sold_twice_outside']} outside  p50 {one['p50_s']} s  p99 {one['p99_s']} s "
        f" 429 {_percent(one['refused_429_share'])}  off target {one['off_target']} "
        f" {one['took_s']:.0f} s" + "".join(f"  BROKEN {name}" for name in one["broken"])
    )


def last_line(told: Sequence[dict[str, Any]]) -> str:
    """How many held, and how to see the others again."""
    failed = [one["replay"] for one in told if not one["held"]]
    said = f"{len(told) - len(failed)} of {len(told)} rehearsals held"
    return "\n  ".join((f"{said}; again:", *failed)) if failed else said


def write(wanted: Wanted, told: Sequence[dict[str, Any]]) -> None:
    """Keep the figures, and put them on the page."""
    held = sum(one["held"] for one in told)
    facts = {"rehearsals_held": held, "rehearsals": told}
    body = PAGE.format(
        provenance=keep("rehearsal", wanted.command(), facts),
        orders=wanted.orders,
        extra="".join(f" {word}" for word in wanted.extra),
        held=held,
        count=len(told),
        table=table(COLUMNS, [_row(one) for one in told]),
    )
    write_section("Rehearsals", body)


def keep_whole(run: Run) -> None:
    """Keep everything that a rehearsal printed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    name = f"seed-{_after(run, '--seed')}-{_after(run, '--faults')}.json"
    (KEPT / name).write_text(json.dumps(run.found or {"complaint": run.complaint}, indent=2))


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    return (
        one["seed"],
        one["faults"],
        "yes" if one["held"] else f"no: {'; '.join(one['broken']) or one['complaint']}",
        one["orders"],
        one["sold_twice_inside"],
        one["sold_twice_outside"],
        one["p50_s"],
        one["p99_s"],
        _percent(one["refused_429_share"]),
        one["off_target"],
        round(one["took_s"]),
    )


def _at_least_one(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"at least one, got {number}")
    return number


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"


def _after(run: Run, option: str) -> str:
    return run.words[list(run.words).index(option) + 1]


if __name__ == "__main__":
    sys.exit(main())
