"""Waiting in the time of two practice shops, which somebody moves."""

import asyncio

from tests.support.two_shops import TwoShops


async def turns() -> None:
    """Others work, and the shops' clock stands still."""
    for _ in range(20):
        await asyncio.sleep(0.001)


async def end(shops: TwoShops, *tasks: asyncio.Task[None]) -> None:
    """The shops' clock runs until the tasks have ended."""
    while not all(task.done() for task in tasks):
        shops.etsy.practice.clock.advance(0.5)
        await asyncio.sleep(0.001)
    await asyncio.gather(*tasks)


class WaitingClock:
    """The shops' clock, which nobody moves by sleeping."""

    def __init__(self, shops: TwoShops) -> None:
        self._market = shops.etsy.practice.clock
        self.now = self._market.now
        self.sleep = self._market.sleep

    def monotonic(self) -> float:
        return self._market.now().timestamp()
