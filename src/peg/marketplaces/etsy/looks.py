"""Looks at single listings: those who look at the same moment share one call.

Etsy gives few calls a second, and an order takes pieces of several listings. So what is asked for
together is read together, and what is asked for while a call waits for its turn goes along with it;
what was written is checked together with what is being written beside it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import structlog

from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.marketplaces.etsy.answers import Json, text, thing, things, whole
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.listing_state import View
from peg.marketplaces.etsy.translate import readings, tells_all
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import RemoteGone, UnexpectedAnswer
from peg.marketplaces.seen import Seen

TOGETHER_MAX = 10
"""One dead listing spoils the answer for all, and then each is read by itself."""

CHECKED_TOGETHER_S = 0.25
"""So long a check waits at most for writes beside it: the pieces are off sale already."""

LOOK_EVERY_S = 0.01
TURNS = 2
"""Of the event loop: whoever was woken by the same thing has asked by then."""


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Asked:
    listing: str
    view: asyncio.Future[View]

    def told(self, answer: View | BaseException) -> None:
        """Hand it to whoever asked, and may be gone by now."""
        if self.view.done():
            return
        if isinstance(answer, BaseException):
            self.view.set_exception(answer)
        else:
            self.view.set_result(answer)


class Looks:
    """Reads the listings of one shop."""

    def __init__(self, *, shop: ShopId, client: EtsyClient, clock: Clock) -> None:
        self._shop = shop
        self._client = client
        self._clock = clock
        self._asked: dict[Lane, list[_Asked]] = {}
        self._writes = 0
        self._reading: set[asyncio.Task[None]] = set()

    async def look(self, listing: str, lane: Lane) -> View:
        """A listing's inventory and state, read after this call.

        Raises:
            RemoteGone: it is deleted.
        """
        mine = _Asked(listing, asyncio.get_running_loop().create_future())
        waiting = self._asked.get(lane)
        if waiting is None:
            self._asked[lane] = [mine]
            reading = asyncio.create_task(self._read(lane))
            self._reading.add(reading)
            reading.add_done_callback(self._reading.discard)
        else:
            waiting.append(mine)
        return await mine.view

    @contextmanager
    def writing(self) -> Iterator[Callable[[], None]]:
        """While a write is prepared and sent: whoever has one to check waits a moment for its end.

        What is given is called where that ends sooner than the block: a write's own check must not
        wait for it.
        """
        self._writes += 1
        ended = False

        def end() -> None:
            nonlocal ended
            self._writes -= not ended
            ended = True

        try:
            yield end
        finally:
            end()

    async def _read(self, lane: Lane) -> None:
        """Read whatever is asked for in this lane by the time it goes out."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if lane is not Lane.LOWER_STOCK:
            await self._until_nobody_writes()
        await self._client.room(lane)  # whoever asks until the call can go shares it
        asked = self._asked.pop(lane)
        listings = list(dict.fromkeys(one.listing for one in asked))
        parts = [listings[at : at + TOGETHER_MAX] for at in range(0, len(listings), TOGETHER_MAX)]
        found: dict[str, View | BaseException] = {}
        for part in await asyncio.gather(*(self._views(part, lane) for part in parts)):
            found |= part
        for one in asked:
            one.told(found[one.listing])

    async def _until_nobody_writes(self) -> None:
        until = self._clock.monotonic() + CHECKED_TOGETHER_S
        while self._writes and self._clock.monotonic() < until:
            await self._clock.sleep(LOOK_EVERY_S)

    async def _views(self, listings: Sequence[str], lane: Lane) -> dict[str, View | BaseException]:
        """Each listing, or why it could not be read: together, and by itself where that fails."""
        found: dict[str, View | BaseException] = {}
        if len(listings) > 1:
            try:
                found |= await self._together(listings, lane)
            except RemoteGone:
                log.info("look.one_is_gone", listings=listings)  # and nobody says which
            except Exception as error:  # noqa: BLE001 - handed to everybody who asked
                return dict.fromkeys(listings, error)
        left = [one for one in listings if one not in found]
        alone = await asyncio.gather(
            *(self._alone(one, lane) for one in left), return_exceptions=True
        )
        return found | dict(zip(left, alone, strict=True))

    async def _together(self, listings: Sequence[str], lane: Lane) -> dict[str, View]:
        """Those that the answer tells all of: a SKU that came back blank would be written back."""
        answer = await self._client.inventories(listings, lane=lane)
        found = {}
        for row in things(answer.body, "results"):
            if tells_all(row):
                with suppress(UnexpectedAnswer):  # by itself it says what is odd about it
                    listing, state = str(whole(row, "listing_id")), text(row, "state")
                    found[listing] = self._view(listing, row["inventory"], state, answer.seen)
        return found

    async def _alone(self, listing: str, lane: Lane) -> View:
        answer = await self._client.inventory(listing, lane=lane)
        state = text(thing(answer.body, "listing"), "state")
        return self._view(listing, answer.body, state, answer.seen)

    def _view(self, listing: str, inventory: Json, state: str, seen: Seen) -> View:
        return View(
            listing=listing,
            state=state,
            inventory=inventory,
            readings=readings(self._shop, listing, inventory, state, seen),
        )
