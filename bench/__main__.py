"""Measure what a sale costs and how fast it is followed; write the results and the page."""

import statistics
import subprocess
import sys
import time
from typing import Any

from bench.demo import run_demo
from bench.measured import keep
from bench.page import table, write_section

DEMO = ("--orders", "40", "--pace", "30", "--payment-s", "0", "--seed", "7")
COLD_STARTS = 7

PAGE = """{provenance}
Seconds are p50 / p99 (how many), in market time, from the practice marketplaces' own record of when
the other shop showed no more than there was. Real processes on one machine: the marketplaces, PEG
and its database share the cores. The rehearsal: `peg demo --headless {demo} --json`.

{table}

The two ways differ: Etsy tells of a sale by a webhook once it is paid and takes ten calls a second,
and a listing with several variants needs three calls and the receipts where a single piece needs
two."""


def main() -> None:
    """Run everything, and write it down."""
    rehearsal = run_demo(*DEMO).found
    measured = {
        "rehearsal": " ".join(DEMO),
        "seconds_from_sale_to_withdrawal": rehearsal["seconds_from_sale_to_withdrawal"],
        "api_calls": rehearsal["api_calls"],
        "refused_429": rehearsal["refused_429"],
        "ok": rehearsal["ok"],
        "cold_start_of_help_s": cold_start(),
    }
    provenance = keep("main_job", "make bench", measured)
    body = PAGE.format(provenance=provenance, demo=" ".join(DEMO), table=rows(measured))
    write_section("The main job", body)
    print(body)


def cold_start() -> float:
    """Median seconds of a fresh `peg --help`."""

    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "peg", "--help"], capture_output=True, check=True)
        return time.perf_counter() - began

    return round(statistics.median(once() for _ in range(COLD_STARTS)), 3)


def rows(measured: dict[str, Any]) -> str:
    """The table for people."""
    lowered = measured["seconds_from_sale_to_withdrawal"]
    both = lowered["after_sales_by_direction"]
    told = [
        ("sale to withdrawal, all", spread(lowered["after_sales"]), "0.100 / 0.500"),
        *((f"sale to withdrawal, {way}", spread(one), "") for way, one in sorted(both.items())),
        ("API calls a sale, everything included", measured["api_calls"]["per_sale"], ""),
        ("refused for haste, share of calls", measured["refused_429"]["earned_share"], "0.005"),
        ("cold start of `peg --help`, s", measured["cold_start_of_help_s"], "0.7"),
    ]
    return table(("what", "measured", "aim"), told)


def spread(one: dict[str, Any]) -> str:
    """p50 / p99 of so many."""
    return f"{one['p50']} / {one['p99']} ({one['count']})"


if __name__ == "__main__":
    main()
