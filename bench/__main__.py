"""Measure what a sale costs and how fast it is followed; write the results and the page."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench import costs, importing
from bench.demo import IN_EARNEST, NotMeasured, measured, run_demo
from bench.floor import floor_s
from bench.measured import keep
from bench.page import table, verdict, write_section

SEEDS = (7, 8, 9)
PEOPLE = ("--payment-s", "0", "--unpaid-share", "0", "--rhythm", "even")
SALES = ("--orders", "110", "--pace", "30", *PEOPLE)
"""Enough that the 99th of a hundred is not merely the slowest of all, which is told beside it."""

WEBHOOKS = ("--faults", "none")
"""Nothing by chance: the practice shops else lose one webhook in 200 and hold one in 50 back, whose
sales the polls then find, and make one answer in 200 up to two seconds slower."""

NO_WEBHOOKS = ("--faults", "chance=0,*.webhook_lost=1")
POLLS_ALONE = {"PEG_GLANCE_S": IN_EARNEST["PEG_GLANCE_S"]}
"""The demo's quick glances would see a figure fall before a poll tells of the sale."""

POLL_S, RECEIPT_LAG_S, MORE_S = 10.0, 5.0, 2.0
"""Of the rehearsal: PEG's polls, and how late the practice Etsy shows a receipt at most."""

IN_FULL = ("--orders", "300", "--seed", "7")
"""The demo as it is without any option but these: what is refused for haste counts there."""

P50_S_MAX, P99_S_MAX, HASTE_MAX, COLD_S_MAX = 0.1, 0.5, 0.005, 0.7
COLD_STARTS = 7

PAGE = """{provenance}
A sale every two seconds, paid at once, at 1x and with no latency added: `peg demo --headless {demo}
--seed S --json` for S in {seeds}. PEG asks for orders and glances at Etsy as
often as it does by itself ({earnest}).
Seconds are p50 / p99 (how many), from the practice marketplaces' own record of when the other shop
showed no more than there was: that is when the write was applied there. Verified it is when PEG
knows that it was, by Shopify's answer to a compare-and-set or by one more reading of Etsy; that end
is by PEG's own record of its attempts. The median of the runs, and the worst, which must meet the
aim. The floor is three bare requests and two durable
commits, without any of PEG, in the same run. Real processes: the marketplaces, PEG and its database
share the cores.

In what is timed and counted nothing goes wrong by chance (`--faults none`): no webhook is lost or
held back, no answer is lost, broken or slow, no read is an old one. The practice shops' rules stay,
and what always lags: Etsy's receipts, Shopify's totals and jobs. What is told "in full" and
the share refused for haste are of the demo with its usual faults, refusals apart that a fault
injected: three hundred orders, many at once. Etsy takes ten calls a second; three orders of two
listings each within half a second need twice that, and the last waits.

{table}

Without webhooks only the polls tell of a sale, as glances come no more often than by themselves:
the aim, for every single sale, is one poll ({poll:g} s here), the longest time a receipt takes to
show ({lag:g} s), and {more:g} s.
The two ways differ: Etsy tells of a sale by a webhook once it is paid and takes ten calls a second,
and a listing with several variants needs three calls and the receipts where a single piece needs
two.

What a piece of work costs in calls is by the marketplaces' own counts (`bench/costs.py`), with some
of their faults set: `{costs}`, so that no call is repeated after a fault, and since no door is open
for webhooks there. It is a promise besides: `tests/promises/test_what_calls_cost.py`. Polls
(`getShopReceipts`) and glances (`getListingsByShop`, one call for a hundred listings) are not among
the calls of one change: they go on whatever is sold, and stand whole in the idle hour. Where a
glance comes by, it also sees again what a change left; without one, that is one more call for all
changes together. What is refused for haste is from
`peg demo --headless {in_full}`."""


def main() -> int:
    """Run everything, and write it down; 1, and nothing written, if something did not hold."""
    try:
        main_job()
        importing.main()
    except NotMeasured as error:
        print(f"not measured, and nothing of it was published: {error}", file=sys.stderr)
        return 1
    return 0


def main_job() -> None:
    """Sales as they are followed, calls as they are counted, the start of the program.

    Raises:
        NotMeasured: a rehearsal did not hold.
    """
    told = [
        measured(run_demo(*SALES, *WEBHOOKS, "--seed", str(seed), settings=IN_EARNEST))
        for seed in SEEDS
    ]
    unheard = measured(
        run_demo(*SALES, *NO_WEBHOOKS, "--seed", str(SEEDS[0]), settings=POLLS_ALONE)
    )
    whole = measured(run_demo(*IN_FULL))
    found = {
        "rehearsal": " ".join((*SALES, *WEBHOOKS)),
        "seeds": SEEDS,
        "floor_s": asyncio.run(floor_s()),
        "webhooks_on": [facts(one) for one in told],
        "webhooks_off": facts(unheard),
        "in_full": facts(whole),
        "calls": asyncio.run(costs.costs()),
        "cold_start_of_help_s": cold_start(),
    }
    body = section(found, keep("main_job", "make bench", found))
    write_section("The main job", body)
    print(body)


def section(found: dict[str, Any], provenance: str) -> str:
    """What stands on the page."""
    return PAGE.format(
        provenance=provenance,
        demo=" ".join((*SALES, *WEBHOOKS)),
        seeds=", ".join(map(str, SEEDS)),
        earnest=" ".join(f"{name}={value}" for name, value in IN_EARNEST.items()),
        in_full=" ".join(IN_FULL),
        costs=costs.FAULTS,
        table=rows(found),
        poll=POLL_S,
        lag=RECEIPT_LAG_S,
        more=MORE_S,
    )


def facts(found: dict[str, Any]) -> dict[str, Any]:
    """What is kept of one rehearsal."""
    names = (
        "ok",
        "seconds_from_sale_to_withdrawal",
        "seconds_from_sale_to_verified",
        "api_calls",
        "refused_429",
    )
    return {name: found[name] for name in names}


def cold_start() -> float:
    """Median seconds of a fresh `peg --help`."""

    def once() -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "peg", "--help"], capture_output=True, check=True)
        return time.perf_counter() - began

    return round(statistics.median(once() for _ in range(COLD_STARTS)), 3)


def rows(found: dict[str, Any]) -> str:
    """The table for people."""
    runs, floor = found["webhooks_on"], found["floor_s"]
    lowered = [run["seconds_from_sale_to_withdrawal"] for run in runs]
    ways = sorted(set().union(*(one["after_sales_by_direction"] for one in lowered)))
    by_way = {
        way: [one["after_sales_by_direction"][way] for one in lowered if way in _ways(one)]
        for way in ways
    }
    unheard, whole = (
        found[name]["seconds_from_sale_to_withdrawal"]["after_sales"]
        for name in ("webhooks_off", "in_full")
    )
    every = [one["after_sales"] for one in lowered]
    verified = [run["seconds_from_sale_to_verified"] for run in runs]
    quick = all(one["p50"] < P50_S_MAX and one["p99"] < P99_S_MAX for one in (*every, *verified))
    share, cold_s = found["in_full"]["refused_429"]["earned_share"], found["cold_start_of_help_s"]
    bound = POLL_S + RECEIPT_LAG_S + MORE_S
    told: list[tuple[object, ...]] = [
        ("floor", f"{floor['p50']} / {floor['p99']}", "", "", None),
        ("sale to verified withdrawal", *spread(verified), f"{P50_S_MAX} / {P99_S_MAX}", quick),
        ("sale to withdrawal, all", *spread(every), "", None),
        ("the slowest single sale of each run, s", *slowest(every), "", None),
        *((f"sale to withdrawal, {way}", *spread(each), "", None) for way, each in by_way.items()),
        ("sale to withdrawal, as people come, in full", *spread([whole]), "", None),
        ("the same without webhooks", *spread([unheard]), "", None),
        (
            "the slowest single sale without webhooks, s",
            f"{unheard['max']:.3f}",
            "",
            f"{bound:g}",
            unheard["max"] <= bound,
        ),
        (
            "API calls a sale, everything included",
            statistics.median(run["api_calls"]["per_sale"] for run in runs),
            max(run["api_calls"]["per_sale"] for run in runs),
            "",
            None,
        ),
        *costs.rows(found["calls"]),
        ("refused for haste, share of calls", share, "", HASTE_MAX, share < HASTE_MAX),
        ("cold start of `peg --help`, s", cold_s, "", COLD_S_MAX, cold_s < COLD_S_MAX),
    ]
    shown = [(*row[:-1], verdict(row[-1] if row[-1] is None else bool(row[-1]))) for row in told]
    return table(("what", "measured", "worst run", "aim", ""), shown)


def spread(runs: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """p50 / p99 of so many: the median of the runs, and the worst of each."""
    p50, p99 = [one["p50"] for one in runs], [one["p99"] for one in runs]
    count = sum(one["count"] for one in runs)
    median = f"{statistics.median(p50):.3f} / {statistics.median(p99):.3f} ({count})"
    return median, f"{max(p50):.3f} / {max(p99):.3f}"


def slowest(runs: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """The median of the runs' slowest, and the slowest of all."""
    each = [one["max"] for one in runs]
    return f"{statistics.median(each):.3f}", f"{max(each):.3f}"


def _ways(one: dict[str, Any]) -> Any:
    return one["after_sales_by_direction"]


if __name__ == "__main__":
    sys.exit(main())
