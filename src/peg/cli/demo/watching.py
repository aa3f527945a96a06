"""Show a rehearsal in the terminal while it runs; silent for programs."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

from rich.console import RenderableType
from rich.live import Live

from peg.cli.demo.practice import Control
from peg.cli.demo.screen import picture
from peg.cli.terminal import Terminal
from peg.db.transaction import reading
from peg.reads.live import live
from peg.wiring.engine import Engine

T = TypeVar("T")
LOOK_EVERY_S = 0.5


class Watcher:
    """Looks at the practice shops and at PEG, and draws what it sees."""

    def __init__(self, here: Terminal, control: Control) -> None:
        self._console = here.err
        self._control = control
        self._quiet = here.json

    def say(self, sentence: str) -> None:
        """One line about what was done."""
        if not self._quiet:
            self._console.print(sentence, markup=False, highlight=False)

    async def watch(self, engine: Engine, trade: Coroutine[None, None, T]) -> T:
        """Draw until the trade is over; the last picture stays. What it ended with."""
        if self._quiet:
            return await trade
        trading = asyncio.ensure_future(trade)
        try:
            self.say("")
            with Live(console=self._console, auto_refresh=False) as screen:
                while not trading.done():
                    screen.update(await self._picture(engine), refresh=True)
                    await asyncio.wait({trading}, timeout=LOOK_EVERY_S)
                screen.update(await self._picture(engine), refresh=True)
            self.say("")
            return await trading
        finally:
            trading.cancel()

    async def keep_open(self, url: str) -> None:
        """Leave the page open until a person has seen enough."""
        self.say(f"\nThe page stays at {url}/ until you press Ctrl-C.")
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async def _picture(self, engine: Engine) -> RenderableType:
        buyers = await self._control.read("buyers")
        truth = await self._control.read("truth")
        async with reading(engine.ground.database) as session:
            moment = await live(session, now=engine.ground.clock.now())
        return picture(moment, truth, buyers, height=self._console.height)
