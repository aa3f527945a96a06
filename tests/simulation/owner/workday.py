"""The owner's day: each chore in its time, and at its end nothing is left half done."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from tests.simulation.doze import Doze
from tests.simulation.owner.at_the_counter import AtTheCounter
from tests.simulation.owner.chores import Chore
from tests.simulation.owner.commands import BROKEN, Commands, NotDone
from tests.simulation.owner.counting import Counting
from tests.simulation.owner.drawer import Drawer
from tests.simulation.owner.pairs import Pairs
from tests.simulation.owner.pausing import Pausing
from tests.simulation.owner.replies import Replies
from tests.simulation.stage import Stage

from peg.domain.errors import PegError

Act = Callable[[Chore], Awaitable[None]]


class Workday:
    """A person who works at the counter and answers what PEG asks."""

    def __init__(self, stage: Stage, doze: Doze) -> None:
        commands, drawer = Commands(stage, doze.appointments), Drawer(stage.world)
        counting = Counting(stage=stage, commands=commands, drawer=drawer)
        self._stage, self._doze, self._drawer, self._counting = stage, doze, drawer, counting
        self._counter = AtTheCounter(stage=stage, commands=commands, drawer=drawer)
        self._pairs = Pairs(stage=stage, commands=commands)
        self._pausing = Pausing(stage, commands, doze.appointments)
        self._replies = Replies(stage=stage, commands=commands, drawer=drawer, counting=counting)
        self._acts: Mapping[str, Act] = {
            "sells in person": self._counter.sell,
            "sells what was just bought": self._counter.sell_what_was_bought,
            "sells what a hold kept": self._counter.sell_what_was_held,
            "receives": self._counter.receive,
            "counts": self._count,
            "holds": self._counter.hold,
            "releases": self._counter.release,
            "pauses": self._pausing.pause,
            "answers": self._answer,
            "decides about pairs": self._decide,
        }

    async def play(self) -> None:
        """All chores, side by side where one lasts."""
        async with asyncio.TaskGroup() as group:
            for chore in self._stage.plan.chores:
                group.create_task(self._one(chore), name=str(chore))

    async def tidy_up(self) -> None:
        """The shops are closed: let go of what is kept, and say which offers are one piece."""
        for what in (self._counter.release_all, self._pairs.decide):
            await self._done(what(), "tidies up")
        self._doze.stir()

    async def last_look(self) -> None:
        """All is quiet: answer whatever is still asked."""
        await self._done(self._replies.all(), "looks once more")
        self._doze.stir()

    async def _one(self, chore: Chore) -> None:
        await self._doze.appointments.sleep(chore.at_s)
        self._doze.stir()
        await self._done(self._acts[chore.kind](chore), str(chore))

    async def _done(self, work: Awaitable[None], what: str) -> None:
        """What is refused, cannot be looked at now, or cannot be for hours, is left."""
        try:
            await work
        except (PegError, NotDone, *BROKEN) as refused:
            self._stage.trace.note(f"{what}: {type(refused).__name__}: {refused}")

    async def _count(self, chore: Chore) -> None:
        may = [
            piece
            for piece in self._drawer.pieces()
            if piece in self._stage.names and self._counting.may_be_counted(piece)
        ]
        if may:
            await self._counting.count(may[int(chore.luck * len(may))])

    async def _answer(self, _: Chore) -> None:
        await self._replies.all()

    async def _decide(self, _: Chore) -> None:
        await self._pairs.decide()
