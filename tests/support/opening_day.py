"""Both marketplaces as stalls that buyers come to, on a clock that the test moves."""

import asyncio
from datetime import UTC, datetime

from tests.support.stall import Stall

from marketsim.buyers import Crowd, Habits
from marketsim.catalogue import draw_catalogue
from marketsim.clock import MarketClock
from marketsim.market import Happening
from marketsim.truth import Truth

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class OpeningDay:
    """Both marketplaces as stalls on a clock that the test moves, and all that happened there."""

    def __init__(self, habits: Habits, *, seed: int = 7, pieces: int = 120) -> None:
        self.clock = MarketClock(NOON, speed=0)
        catalogue = draw_catalogue(3, pieces=pieces)
        self.stalls = [Stall("shopify", self.clock), Stall("etsy", self.clock)]
        self.truth = Truth(catalogue, now=self.clock.now)
        self.story: list[Happening] = []
        for stall in self.stalls:
            stall.open(catalogue)
            stall.listen(self.story.append)
            self.truth.watch(stall)
        self.crowd = Crowd(self.stalls, clock=self.clock, seed=seed, habits=habits)

    async def run(self, *, step_s: float = 1, steps: int = 2_000) -> None:
        self.crowd.start()
        for _ in range(steps):
            for _ in range(4):
                await asyncio.sleep(0)
            if self.crowd.state == "done":
                return
            self.clock.advance(step_s)
        raise AssertionError(f"still {self.crowd.state}: {self.crowd.status()}")

    def of(self, kind: type) -> list[Happening]:
        return [happening for happening in self.story if isinstance(happening, kind)]
