"""Import ten thousand offers from the practice shops, with their limits on."""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
from bench.demo import clean_environment
from bench.measured import keep
from bench.page import table, write_section

from peg.cli.demo.connecting import connect_both
from peg.cli.demo.practice import Control, Ports, free_port, practice
from peg.migrations.schema import ensure_current
from peg.wiring.ground import open_ground
from peg.wiring.peg import open_peg

PIECES = 5_600
"""Their variants on both shops are about 10,600 offers."""

SHOPIFY_BURST, SHOPIFY_PER_S = 2_000, 100
ETSY_PER_S = 10
MEMORY_MB_MAX = 300

PAGE = """{provenance}
`peg import` of {offers} offers from both practice shops over real sockets, their limits on: the
cheapest Shopify plan's {burst} points and {per_s} a second, Etsy's {calls} calls a second. What the
limits alone would take is the sum of both shops' own counts; PEG reads one shop after the other.

{table}"""


def main() -> None:
    """Measure it in a process of its own, and write it down."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing", "--child"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    measured = json.loads(done.stdout.splitlines()[-1])
    provenance = keep("import", "make bench", measured)
    rows = [
        ("time, s", measured["seconds"], f"{measured['limits_s']} by the limits alone"),
        ("time on PEG's own processor, s", measured["processor_s"], ""),
        ("peak memory of PEG, MB", measured["peak_memory_mb"], f"under {MEMORY_MB_MAX}"),
        ("calls to Shopify, and their points", measured["shopify"], ""),
        ("calls to Etsy", measured["etsy"], ""),
        ("refused for haste", measured["refused"], "0"),
    ]
    body = PAGE.format(
        provenance=provenance,
        offers=measured["offers"],
        burst=SHOPIFY_BURST,
        per_s=SHOPIFY_PER_S,
        calls=ETSY_PER_S,
        table=table(("what", "measured", "aim"), rows),
    )
    write_section("The import", body)
    print(body)


async def measure() -> dict[str, Any]:
    """Connect and import once; what it took."""
    ports = Ports(shopify=free_port(), etsy=free_port())
    urls, url = ports.urls(), f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="peg-bench-") as home:
        settings = {
            "PEG_HOME": home,
            "PEG_PUBLIC_URL": url,
            "PEG_SHOPIFY_URL": urls["shopify"],
            "PEG_ETSY_URL": urls["etsy"],
            "PEG_ETSY_CONSENT_URL": urls["etsy"],
        }
        async with (
            httpx2.AsyncClient() as http,
            practice(
                ports,
                seed=7,
                pieces=PIECES,
                faults="*.webhook_lost=1",
                http=http,
                home=Path(home),
            ) as control,
            open_ground(settings, log_level="error") as ground,
            open_peg(ground) as peg,
        ):
            await ensure_current(ground.database)
            await connect_both(peg, control, urls, peg_url=url)
            importer = peg.importer(await peg.engine())
            before = await counts(control)
            began, began_cpu = time.monotonic(), time.process_time()
            imported = await importer.run(lambda _step, _count: None)
            seconds, processor_s = time.monotonic() - began, time.process_time() - began_cpu
            after = await counts(control)
    spent = after - before
    by_points = max(0, spent["points"] - SHOPIFY_BURST) / SHOPIFY_PER_S
    return {
        "offers": imported.offers,
        "seconds": round(seconds, 1),
        "processor_s": round(processor_s, 1),
        "limits_s": round(by_points + spent["etsy"] / ETSY_PER_S, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "shopify": f"{spent['shopify']} for {spent['points']} points",
        "etsy": spent["etsy"],
        "refused": spent["refused"],
    }


async def counts(control: Control) -> Counter[str]:
    """What both shops have counted so far."""
    shopify = (await control.read("truth/shopify"))["calls"]
    etsy = (await control.read("truth/etsy"))["calls"]
    refused = shopify["throttled"] + etsy["throttled"]["per_second"] + etsy["throttled"]["per_day"]
    return Counter(
        shopify=shopify["total"],
        points=shopify["points_spent"],
        etsy=etsy["total"],
        refused=refused,
    )


if __name__ == "__main__":
    if "--child" in sys.argv:
        print(json.dumps(asyncio.run(measure())))
    else:
        main()
