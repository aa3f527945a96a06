"""`marketsim`: serve the practice marketplaces, or list what can go wrong on them."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console
from rich.table import Table

from marketsim.build import FAULTS
from marketsim.faults import UnknownFault
from marketsim.pieces import MarketName
from marketsim.server import PortTaken, serve
from marketsim.wanted import Wanted
from marketsim.world import World

BAD_WORDS = 2
"""What was asked for makes no sense."""

NOT_NOW = 1
"""It makes sense, and this machine cannot do it now."""

app = App(name="marketsim", help="A practice Shopify and a practice Etsy, with buyers and faults.")


@app.command(name="serve")
def serve_both(wanted: Wanted | None = None) -> int:
    """Serve both marketplaces until interrupted."""
    try:
        plan = (wanted or Wanted()).plan()
    except (UnknownFault, ValueError) as refusal:
        return _refuse(refusal, BAD_WORDS)
    try:
        asyncio.run(serve(plan, announce=_announce))
    except PortTaken as refusal:
        return _refuse(refusal, NOT_NOW)
    return 0


@app.command(name="faults")
def list_faults(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> None:
    """List every fault with its default rate and what it does."""
    if as_json:
        listed = {f.name: {"rate": f.rate, "about": f.about} for f in FAULTS.values()}
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
        return
    table = Table()
    table.add_column("fault", no_wrap=True, overflow="ignore", min_width=max(map(len, FAULTS)))
    table.add_column("rate", no_wrap=True)
    table.add_column("what happens", overflow="fold")
    for fault in FAULTS.values():
        table.add_row(fault.name, f"{fault.rate:g}", fault.about)
    Console().print(table)


def _refuse(why: object, exit_code: int) -> int:
    Console(stderr=True).print(str(why), markup=False, highlight=False, soft_wrap=True)
    return exit_code


def main() -> None:
    """Run the command line as this process."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """Run one command line; its exit code."""
    try:
        code = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as wrong:
        return _refuse(f"{wrong} See `marketsim --help`.", BAD_WORDS)
    return int(code or 0)


def _announce(world: World, urls: Mapping[MarketName, str]) -> None:
    out = Console()
    for name, url in urls.items():
        out.print(f"{name:8} {url}   control {url}/_control", markup=False, highlight=False)
    out.print(
        f"seed {world.seed}, {len(world.catalogue.pieces)} pieces, "
        f"clock {world.clock.now():%Y-%m-%d %H:%M} at {world.clock.speed:g}x",
        highlight=False,
    )
