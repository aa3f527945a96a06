"""Rounds that several share: whoever asks while one runs is served by the next."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from peg.domain.identity import ShopId


@dataclass(slots=True)
class _Round:
    """One round, and how it stands.

    Attributes:
        led: one of those who wait for it sees to it.
        over: set when it is finished, or when whoever led it was cancelled.
    """

    led: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    finished: bool = False
    failure: Exception | None = None


class SharedRounds:
    """One kind of round, of each shop one at a time.

    `before` is awaited ahead of each round; whoever asks until it is over goes along.
    """

    def __init__(
        self,
        read: Callable[[ShopId], Awaitable[None]],
        *,
        before: Callable[[ShopId], Awaitable[None]],
    ) -> None:
        self._read = read
        self._before = before
        self._turns: dict[ShopId, asyncio.Lock] = {}
        self._next: dict[ShopId, _Round] = {}

    async def join(self, shop: ShopId) -> None:
        """Wait for a round that begins after this call; all who waited for it go on together.

        Raises:
            Exception: what the round failed with; everybody who waited for it gets the same.
        """
        mine = self._next.setdefault(shop, _Round())
        while not mine.finished:
            if mine.led:
                await mine.over.wait()
            else:
                await self._lead(shop, mine)
        if mine.failure is not None:
            raise mine.failure

    async def _lead(self, shop: ShopId, mine: _Round) -> None:
        """See to a round in one's own task: who is cancelled leaves it to another."""
        mine.led, mine.over = True, asyncio.Event()
        try:
            async with self._turns.setdefault(shop, asyncio.Lock()):
                await self._before(shop)
                await self._run(shop, mine)
        finally:
            mine.led = False
            mine.over.set()

    async def _run(self, shop: ShopId, mine: _Round) -> None:
        if self._next.get(shop) is mine:
            del self._next[shop]
        try:
            await self._read(shop)
        except Exception as failure:  # noqa: BLE001 - handed to every waiter, who raises it
            mine.failure = failure
        mine.finished = True
