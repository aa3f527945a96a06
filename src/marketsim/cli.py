"""`marketsim`: serve the practice marketplaces, or list what can go wrong on them."""

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from marketsim.build import FAULTS
from marketsim.buyers import Habits
from marketsim.faults import UnknownFault
from marketsim.pieces import MarketName
from marketsim.server import Plan, PortTaken, serve
from marketsim.world import World

BAD_WORDS = 2
"""What was asked for makes no sense."""

NOT_NOW = 1
"""It makes sense, and this machine cannot do it now."""

app = App(name="marketsim", help="A practice Shopify and a practice Etsy, with buyers and faults.")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to serve.

    Attributes:
        shopify_port: port of the practice Shopify; 0 for any free one.
        etsy_port: port of the practice Etsy; 0 for any free one.
        seed: decides catalogue, faults and buyers.
        pieces: how many pieces are on the shelf.
        clock_speed: market seconds per real second.
        latency_ms: how much longer every API call takes.
        webhooks_to: base address of an app; its /webhooks/etsy is registered by hand, as a person
            would in Etsy's portal.
        orders: buyers come at once and stop after so many orders.
        pace: orders a minute; buyers come at once.
        faults: name=rate,... as `marketsim faults` lists them; * stands for any, as in
            *.webhook_lost=0.2.
    """

    shopify_port: int = 8611
    etsy_port: int = 8612
    seed: int = 7
    pieces: int = 320
    clock_speed: float = 1.0
    latency_ms: float = 0.0
    webhooks_to: str | None = None
    orders: int | None = None
    pace: float | None = None
    faults: str = ""

    def plan(self) -> Plan:
        """What to serve.

        Raises:
            UnknownFault: nothing has that name.
            ValueError: a figure makes no sense.
        """
        buyers = self.orders is not None or self.pace is not None
        return Plan(
            ports={"shopify": self.shopify_port, "etsy": self.etsy_port},
            seed=self.seed,
            pieces=self.pieces,
            clock_speed=self.clock_speed,
            latency_ms=self.latency_ms,
            rates=parse_rates(self.faults),
            webhooks_to=self.webhooks_to,
            habits=Habits(orders=self.orders, pace=self.pace) if buyers else None,
        )


@app.command(name="serve")
def serve_both(wanted: Wanted | None = None) -> int:
    """Serve both marketplaces until interrupted."""
    try:
        asyncio.run(serve((wanted or Wanted()).plan(), announce=_announce))
    except (UnknownFault, ValueError) as refusal:
        return _refuse(refusal, BAD_WORDS)
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


def parse_rates(text: str) -> dict[str, float]:
    """Read `name=rate,...`; a name may hold `*`.

    Raises:
        UnknownFault: nothing has that name.
        ValueError: a rate is not a number.
    """
    rates: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        pattern, _, rate = part.partition("=")
        meant = [name for name in FAULTS if fnmatchcase(name, pattern.strip())]
        if not meant:
            raise UnknownFault(f"{pattern}: no such fault{_meant(pattern)}")
        try:
            rates |= dict.fromkeys(meant, float(rate))
        except ValueError as wrong:
            raise ValueError(f"{part}: write name=rate, such as *.webhook_lost=0.2") from wrong
    return rates


def _meant(pattern: str) -> str:
    """What somebody may have meant; where nothing is like it, all there is."""
    near = get_close_matches(pattern, FAULTS, n=2)
    if near:
        return f" (did you mean {' or '.join(near)}?); `marketsim faults` lists them"
    return f". `marketsim faults` lists them: {', '.join(FAULTS)}"


def _refuse(why: Exception, exit_code: int) -> int:
    Console(stderr=True).print(str(why), markup=False, highlight=False, soft_wrap=True)
    return exit_code


def main() -> None:
    """Run the command line."""
    sys.exit(app())


def _announce(world: World, urls: Mapping[MarketName, str]) -> None:
    out = Console()
    for name, url in urls.items():
        out.print(f"{name:8} {url}   control {url}/_control", markup=False, highlight=False)
    out.print(
        f"seed {world.seed}, {len(world.catalogue.pieces)} pieces, "
        f"clock {world.clock.now():%Y-%m-%d %H:%M} at {world.clock.speed:g}x",
        highlight=False,
    )
