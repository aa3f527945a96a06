"""Rounds that several share: whoever asks while one runs is served by the next."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from peg.domain.identity import ShopId


@dataclass(slots=True)
class _Round:
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
        """Wait for a round that begins after this call.

        Raises:
            Exception: what the round failed with; everybody who waited for it gets the same.
        """
        mine = self._next.setdefault(shop, _Round())
        async with self._turns.setdefault(shop, asyncio.Lock()):
            if not mine.finished:  # or the task that ran it was cancelled: then it is ours to run
                await self._before(shop)
                await self._run(shop, mine)
        if mine.failure is not None:
            raise mine.failure

    async def _run(self, shop: ShopId, mine: _Round) -> None:
        if self._next.get(shop) is mine:
            del self._next[shop]
        try:
            await self._read(shop)
        except Exception as failure:  # noqa: BLE001 - handed to every waiter, who raises it
            mine.failure = failure
        mine.finished = True
