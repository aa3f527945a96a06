"""Show a rehearsal in the terminal: sales as they come, and how fast the other shop follows."""

import asyncio
from contextlib import suppress
from typing import Any

from rich.live import Live
from rich.table import Table

from peg.cli.demo.practice import Control
from peg.cli.terminal import Terminal
from peg.db.transaction import reading
from peg.propagation import board
from peg.wiring.engine import Engine

LOOK_EVERY_S = 0.5


class Watcher:
    """Looks at the practice shops and at PEG, and draws what it sees; silent for programs."""

    def __init__(self, here: Terminal, control: Control, *, quiet: bool) -> None:
        self._console = here.err
        self._control = control
        self._quiet = quiet

    def say(self, sentence: str) -> None:
        """One line about what was done."""
        if not self._quiet:
            self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    async def until_done(self, engine: Engine) -> None:
        """Draw until the last buyer has gone home."""
        with Live(console=self._console, refresh_per_second=4, transient=True) as screen:
            while True:
                buyers = await self._control.read("buyers")
                if not self._quiet:
                    screen.update(await self._picture(engine, buyers))
                if buyers["state"] == "done":
                    return
                await asyncio.sleep(LOOK_EVERY_S)

    async def keep_open(self, url: str) -> None:
        """Leave the page open until a person has seen enough."""
        self.say(f"the page stays at {url}/ until you press Ctrl-C")
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async def _picture(self, engine: Engine, buyers: dict[str, Any]) -> Table:
        truth = await self._control.read("truth")
        async with reading(engine.ground.database) as session:
            moving = await board.dirty_count(session)
        orders = buyers.get("orders", {})
        lowered = truth["seconds_to_lower"]["after_sales"]
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_row("orders", f"{orders.get('placed', 0)} of {orders.get('wanted')}")
        for side, told in truth["sales"].items():
            table.add_row(f"sold on {side}", f"{told['units']} pieces in {told['orders']} orders")
        table.add_row("on their way", f"{moving} offers")
        table.add_row(
            "sale to withdrawal", f"half in {lowered.get('p50')} s, 99 % in {lowered.get('p99')} s"
        )
        twice = truth["double_sales"]
        table.add_row("sold twice", f"{len(twice['inside'])} inside the window")
        return table
