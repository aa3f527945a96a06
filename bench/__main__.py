"""Measure what a sale costs and how fast it is followed; write the results and the page."""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
DEMO = "demo --headless --orders 40 --pace 30 --payment-s 0 --seed 7 --json"
COLD_STARTS = 10


PROSE = """# Benchmarks

Measured {at} by `{command}` on {machine}.
Seconds are p50 / p99 (how many), in market time, from the practice marketplaces' own record of when
the other shop showed no more than there was. Real processes on one machine: the marketplaces, PEG
and its database share the cores. The rehearsal: `{rehearsal}`.

| what | measured | aim |
|---|---|---|
{table}

The two ways differ: Etsy tells of a sale by a webhook once it is paid and takes ten calls a second,
and a listing with several variants needs three calls and the receipts where a single piece needs
two. Not measured yet: webhooks off, an import of 10,000 offers within the real limits, a floor in
the same run.
"""


def main() -> None:
    """Run everything, and write it down."""
    rehearsal = rehearse()
    measured = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "command": "make bench",
        "rehearsal": f"peg {DEMO}",
        "seconds_from_sale_to_withdrawal": rehearsal["seconds_from_sale_to_withdrawal"],
        "api_calls": rehearsal["api_calls"],
        "refused_429": rehearsal["refused_429"],
        "ok": rehearsal["ok"],
        "cold_start_of_help_s": cold_start(),
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "main_job.json").write_text(json.dumps(measured, indent=2) + "\n")
    PAGE.write_text(page(measured))
    print(PAGE.read_text())


def rehearse() -> dict[str, Any]:
    """One rehearsal with an order every two seconds, paid at once, no latency added."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PEG_")}
    done = subprocess.run(
        [sys.executable, "-m", "peg", *DEMO.split()], env=clean, capture_output=True, check=False
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def cold_start() -> float:
    """Median seconds of a fresh `peg --help`."""

    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "peg", "--help"], capture_output=True, check=True)
        return time.perf_counter() - began

    return round(statistics.median(once() for _ in range(COLD_STARTS)), 3)


def machine() -> str:
    """What it was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, Linux"


def page(measured: dict[str, Any]) -> str:
    """The table for people."""
    lowered = measured["seconds_from_sale_to_withdrawal"]
    both = lowered["after_sales_by_direction"]
    rows = [
        ("sale to withdrawal, all", spread(lowered["after_sales"]), "0.100 / 0.500"),
        *((f"sale to withdrawal, {way}", spread(one), "") for way, one in sorted(both.items())),
        ("API calls a sale, everything included", measured["api_calls"]["per_sale"], ""),
        ("refused for haste, share of calls", measured["refused_429"]["earned_share"], "0.005"),
        ("cold start of `peg --help`, s", measured["cold_start_of_help_s"], "0.7"),
    ]
    table = "\n".join(f"| {name} | {value} | {aim} |" for name, value, aim in rows)
    return PROSE.format(table=table, **measured)


def spread(one: dict[str, Any]) -> str:
    """p50 / p99 of so many."""
    return f"{one['p50']} / {one['p99']} ({one['count']})"


if __name__ == "__main__":
    main()
