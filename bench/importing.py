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
from bench.demo import NotMeasured, clean_environment
from bench.measured import keep
from bench.page import table, verdict, write_section

from peg.cli.demo.connecting import connect_both
from peg.cli.demo.practice import Control, Ports, free_port, practice
from peg.migrations.schema import ensure_current
from peg.wiring.ground import open_ground
from peg.wiring.peg import open_peg

PIECES, OFFERS_MIN = 5_900, 10_000
"""Their variants on both shops are more offers than are aimed at: the run is refused if not."""

SHOPIFY_BURST, SHOPIFY_PER_S = 2_000, 100
ETSY_PER_S = 10
MEMORY_MB_MAX = 300
FAULTS = "chance=0,*.webhook_lost=1"
"""Nothing by chance, as the limits are what is measured; and no door is open for webhooks."""

PAGE = """{provenance}
`peg import` of {read} offers, of which {offers} were mapped to items, from both practice shops over
real sockets, their limits on: the cheapest Shopify plan's {burst} points and {per_s} a second,
Etsy's {calls} calls a second. Both shops are read side by side, so the limits alone would take as
long as the slower one, by the shops' own counts. Nothing of either shop is followed before its
first import, so it leaves nothing of the limits free; a later one leaves two fifths to what is sold
meanwhile. Nothing goes wrong by chance (`{faults}`).

{table}"""


def main() -> None:
    """Measure it in a process of its own, and write it down."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing", "--child"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(f"the import ended with {done.returncode}: {done.stderr[-500:]}")
    measured = json.loads(done.stdout.splitlines()[-1])
    if measured["read"] < OFFERS_MIN:
        raise NotMeasured(f"{measured['read']} offers were read, not {OFFERS_MIN}")
    provenance = keep("import", "make bench", measured)
    peak_mb, refused = measured["peak_memory_mb"], measured["refused"]
    rows = [
        ("offers read", measured["read"], f"{OFFERS_MIN} at least", verdict(met=True)),
        ("of them mapped to items", measured["offers"], "", ""),
        ("time, s", measured["seconds"], "", ""),
        ("what the limits alone would take, side by side, s", measured["limits_s"], "", ""),
        ("time on PEG's own processor, s", measured["processor_s"], "", ""),
        (
            "peak memory of PEG, MB",
            peak_mb,
            f"under {MEMORY_MB_MAX}",
            verdict(peak_mb < MEMORY_MB_MAX),
        ),
        ("calls to Shopify, and their points", measured["shopify"], "", ""),
        ("calls to Etsy", measured["etsy"], "", ""),
        ("refused for haste", refused, 0, verdict(refused == 0)),
    ]
    body = PAGE.format(
        provenance=provenance,
        read=measured["read"],
        offers=measured["offers"],
        burst=SHOPIFY_BURST,
        per_s=SHOPIFY_PER_S,
        calls=ETSY_PER_S,
        faults=FAULTS,
        table=table(("what", "measured", "aim", ""), rows),
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
                faults=FAULTS,
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
    return {
        "read": sum(imported.read.values()),
        "offers": imported.offers,
        "seconds": round(seconds, 1),
        "processor_s": round(processor_s, 1),
        "limits_s": limits_s(spent),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "shopify": f"{spent['shopify']} for {spent['points']} points",
        "etsy": spent["etsy"],
        "refused": spent["refused"],
    }


def limits_s(spent: Counter[str]) -> float:
    """Seconds that the slower shop's limit asks for."""
    shopify_s = max(0, spent["points"] - SHOPIFY_BURST) / SHOPIFY_PER_S
    return round(max(shopify_s, spent["etsy"] / ETSY_PER_S), 1)


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
