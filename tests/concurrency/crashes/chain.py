"""Kill PEG again and again on one database: each next life has to put right what was broken off.

A chain never begins afresh: what one kill spoils, every later look at the same shops and the same
book can find.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.concurrency.crashes.fair import PIECES, Fair, open_fair
from tests.concurrency.crashes.lives import Life, Nursery, nursery
from tests.concurrency.crashes.points import TOKEN_ENDS, Point
from tests.concurrency.crashes.verdict import (
    RESTS_WITHIN_S,
    NoRest,
    breaches,
    came_to_rest,
    counted,
)

REACHED_WITHIN_S = 10.0
TRIES = 3
AT_WORK_S = (0.0, 1.5)
"""So long after it takes webhooks it is killed: amid its first polls, or amid trade."""

BUYERS = {
    "pace": 240.0,
    "rhythm": "even",
    "payment_s": 0.3,
    "shipped_s": 1.5,
    "unpaid_share": 0.0,
    "cancelled_share": 0.0,
    "refunded_share": 0.0,
    "edits_per_order": 0.0,
}
"""Four orders a second. Nothing comes back: Etsy does not tell of each piece that does."""

STILL_STARTING = 0.2
STARTING_S = (0.0, 0.6)
"""One kill in five comes before PEG takes webhooks."""


@dataclass(slots=True, kw_only=True)
class Told:
    """What came of one kill.

    Attributes:
        orders, letters: what had been bought, and acknowledged, on this database until then.
    """

    what: str
    kills: int = 1
    started_s: float = 0.0
    rested_s: float | None = None
    orders: int = 0
    letters: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        word = "BROKEN" if self.broken else "kept"
        rest = "" if self.rested_s is None else f", at rest {self.rested_s:.1f} s later"
        so_far = f"{self.orders} orders, {self.letters} acknowledged deliveries so far"
        lines = [f"{word}: {self.what}; started again in {self.started_s:.2f} s{rest}; {so_far}"]
        return "\n    ".join([*lines, *self.broken])


@dataclass(slots=True, kw_only=True)
class Chain:
    """One database and its shops, and PEG on them, time after time.

    Attributes:
        rests_within_s: else it does not come to rest at all.
        waits_for_leases: PEG waits out the minute for which a dead process has a token to itself;
            otherwise it has passed when PEG starts again.
    """

    fair: Fair
    nursery: Nursery
    log: Path
    rests_within_s: float = RESTS_WITHIN_S
    waits_for_leases: bool = False

    async def start(self, point: Point | None = None, *, at_once: bool = False) -> Life:
        """Begin the next life; `at_once`: it may come to its point while it starts."""
        self._armed.unlink(missing_ok=True)
        if at_once:
            self._armed.touch()
        return await self.nursery.start(
            self.fair.environment, log=self.log, point=point, armed=self._armed
        )

    async def kill_at(self, points: Sequence[Point]) -> AsyncIterator[Told]:
        """Kill PEG at each point, and judge it at rest after each."""
        life = await self.start(_waiting_for(points[0]))
        await life.takes_webhooks(self.fair.http)
        await came_to_rest(self.fair)
        for point, following in zip(points, [*points[1:], None], strict=True):
            told = Told(what=str(point))
            if not await self._killed_at(point, life):
                told.broken.append("PEG did not come to this point: mend the table of points")
            if not self.waits_for_leases:
                self.fair.leases_end()
            life = await self.start(_waiting_for(following))
            if point.act in TOKEN_ENDS:  # a shop that nobody speaks to shows no loss
                await self.fair.sell_on_both()
            yield await self._judged(life, told)
        await self._kill(life)

    async def kill_at_random(self, rng: Random, *, times: int) -> Told:
        """Kill PEG so often while people buy, at any moment from its start on; then judge it."""
        told = Told(what=f"{times} random moments under load", kills=times)
        await self.fair.control.act("buyers/start", **BUYERS)
        for _ in range(times):
            life = await self.start()
            if rng.random() < STILL_STARTING:
                await asyncio.sleep(rng.uniform(*STARTING_S))
            else:
                told.started_s = await life.takes_webhooks(self.fair.http)
                await asyncio.sleep(rng.uniform(*AT_WORK_S))
            await self._kill(life)
        life = await self.start()
        await self.fair.close_the_shops()
        told = await self._judged(life, told)
        await self._kill(life)
        return told

    async def _killed_at(self, point: Point, life: Life) -> bool:
        """Whether it was; a poll that comes first may lead PEG past a point, now and then."""
        for _ in range(TRIES):
            life = await self._lead_to(point, life)
            if await life.was_killed(within_s=REACHED_WITHIN_S):
                return True
        await self._kill(life)
        return False

    async def _lead_to(self, point: Point, life: Life) -> Life:
        """Have happen what leads there; the life that is killed then."""
        self._armed.unlink(missing_ok=True)
        if point.act.is_before_the_start:
            await self._kill(life)
            await self.fair.happen(point.act)
            return await self.start(point, at_once=True)
        if await self.fair.prepare(point.act):
            await came_to_rest(self.fair)
        self._armed.touch()
        await self.fair.happen(point.act)
        return life

    async def _kill(self, life: Life) -> None:
        life.kill()
        await life.was_killed(within_s=REACHED_WITHIN_S)

    async def _judged(self, life: Life, told: Told) -> Told:
        told.started_s = await life.takes_webhooks(self.fair.http)
        try:
            told.rested_s = await came_to_rest(self.fair, within_s=self.rests_within_s)
        except NoRest as error:
            told.broken += [f"no rest: {one}" for one in error.left]
        told.broken += await breaches(self.fair)
        told.orders, told.letters = await counted(self.fair)
        return told

    @property
    def _armed(self) -> Path:
        return self.fair.home / "armed"


def _waiting_for(point: Point | None) -> Point | None:
    """What the life that comes to rest is killed at afterwards."""
    return None if point is None or point.act.is_before_the_start else point


@asynccontextmanager
async def open_chain(
    home: Path, *, seed: int, pieces: int = PIECES, code: Path | None = None
) -> AsyncIterator[Chain]:
    """Shops and a prepared database of their own; `code` is a copy of PEG's source, if given."""
    async with open_fair(home, seed=seed, pieces=pieces) as fair, nursery(code=code) as raising:
        yield Chain(fair=fair, nursery=raising, log=home / "lives.log")
