"""Work that comes together shares one transaction: each waits for its commit, none pays for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.engine import Database
from peg.db.errors import DatabaseLocked, DatabaseUnavailable
from peg.db.transaction import begin

T = TypeVar("T")
Work = Callable[[AsyncSession], Awaitable[T]]
"""What is done inside a transaction; done again from the start if that transaction failed."""


@dataclass(frozen=True, slots=True)
class _Asked:
    work: Work[Any]
    ended: asyncio.Future[Any]


class SharedCommits:
    """Does work in transactions; whoever comes while one is under way goes along with the next.

    At most `together_max` go in one: nothing else happens while it is at work.
    """

    def __init__(self, database: Database, *, together_max: int = 100) -> None:
        self._database = database
        self._together_max = together_max
        self._asked: list[_Asked] = []
        self._working: asyncio.Task[None] | None = None

    async def run(self, work: Work[T]) -> T:
        """Do `work` in a transaction, with whatever else waits; committed when this returns.

        It is done even if whoever asked is cancelled meanwhile.

        Raises:
            DatabaseUnavailable: the transaction could not be begun or committed.
            Exception: what `work` raised, after nothing of it was kept; the others are not touched.
        """
        ended: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._asked.append(_Asked(work, ended))
        if self._working is None:
            self._working = asyncio.create_task(self._work_off())
        return await ended

    async def _work_off(self) -> None:
        try:
            while self._asked:
                most = self._together_max
                taken, self._asked = self._asked[:most], self._asked[most:]
                await self._do(taken)
        finally:
            self._working = None

    async def _do(self, taken: Sequence[_Asked]) -> None:
        """Do all in one transaction; each by itself where that fails."""
        try:
            async with begin(self._database) as session:
                results = [await one.work(session) for one in taken]
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            if isinstance(error, DatabaseLocked):  # who came meanwhile waited for the same
                taken, self._asked = [*taken, *self._asked], []
            if len(taken) == 1 or isinstance(error, DatabaseUnavailable):
                _fail(taken, error)
                return
            for one in taken:
                await self._do([one])
        else:
            for one, result in zip(taken, results, strict=True):
                if not one.ended.done():  # whoever asked may be gone
                    one.ended.set_result(result)


def _fail(taken: Sequence[_Asked], error: Exception) -> None:
    for one in taken:
        if not one.ended.done():
            one.ended.set_exception(error)
