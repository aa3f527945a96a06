"""Where the time of the slowest sales went: `python -m bench.slowest --seed 8`, by hand.

Rehearses what `make bench` measures, with PEG's log kept, and prints what the log tells around each
of the sales that were followed last, and then of those that were verified last. Further options go
to `peg demo`.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.__main__ import SALES, WEBHOOKS
from bench.demo import IN_EARNEST, run_demo

VERIFIED = "seconds_from_sale_to_verified"

BEFORE, AFTER = timedelta(seconds=1), timedelta(seconds=0.1)
"""Etsy counts calls within a second: what was asked before a sale may hold up what follows it."""

LEFT_OUT = frozenset(
    {"timestamp", "level", "event", "operation", "task", "request_id", "tries", "shop", "delivery"}
)


def main() -> int:
    """Rehearse, and tell."""
    parser = argparse.ArgumentParser(prog="python -m bench.slowest", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    known, more = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "peg.log"
        run = run_demo(
            *SALES, *WEBHOOKS, "--seed", str(known.seed), *more, log_file=log, settings=IN_EARNEST
        )
        if not run.found:
            print(run.complaint, file=sys.stderr)
            return 1
        events = [json.loads(line) for line in log.read_text().splitlines()]
    followed, verified = run.found["seconds_from_sale_to_withdrawal"], run.found[VERIFIED]
    for title, figures, sales in (
        ("until it was followed", followed["after_sales"], followed["slowest"]),
        ("until that was verified", verified, verified["slowest"]),
    ):
        print(f"\n{title}: {figures['count']} of {figures['p50']} / {figures['p99']} s")
        for sale in sales:
            way = f"{sale['sold_on']} to {sale['lowered_on']}"
            print(f"\n{way} ({sale['unit']}): {sale['seconds']} s")
            print(*around(sale, events), sep="\n")
    return 0


def around(sale: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each event from a second before a sale until it was followed."""
    sold_at = datetime.fromisoformat(sale["sold_at"])
    until = sold_at + timedelta(seconds=sale["seconds"]) + AFTER
    for event in events:
        at = datetime.fromisoformat(event["timestamp"])
        if sold_at - BEFORE <= at <= until:
            facts = [f"{name}={one}" for name, one in event.items() if name not in LEFT_OUT]
            what = event.get("operation", event["event"])
            after_s = (at - sold_at).total_seconds()
            yield f"{after_s:+8.3f}  {event.get('task', ''):<15} {what:<34} {' '.join(facts)}"


if __name__ == "__main__":
    sys.exit(main())
