"""How the owner tells PEG something: as the command line does it, in a process of its own."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import httpx2
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from tests.simulation.appointments import Appointments
from tests.simulation.stage import Stage

from peg.db.engine import Database
from peg.db.errors import DatabaseUnavailable
from peg.db.transaction import begin
from peg.marketplaces.port import MarketplaceError, RemoteGone
from peg.wiring.peg import Peg

T = TypeVar("T")
Step = Callable[[AsyncSession, datetime], Awaitable[T]]

TRIES_MAX = 240
AGAIN_AFTER_S = 60.0

BROKEN = (DatabaseUnavailable, DBAPIError, sqlite3.Error, httpx2.HTTPError, MarketplaceError)
"""What a person reads as: not now."""


class NotDone(Exception):
    """She has given up on it."""


class Elsewhere(Database):
    """PEG's database as another process sees it: the same turns, but nobody there hears signals."""

    def __init__(self, of_peg: Database) -> None:
        super().__init__(of_peg.engine)
        self._of_peg = of_peg

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[None]:
        async with self._of_peg.writer():
            yield


class Commands:
    """Types commands, and again a minute later where something was broken."""

    def __init__(self, stage: Stage, appointments: Appointments) -> None:
        self._stage = stage
        self._appointments = appointments

    def peg(self) -> Peg:
        """The program, begun anew on the database that is there."""
        peg = self._stage.life.peg
        return replace(peg, ground=replace(peg.ground, database=Elsewhere(peg.ground.database)))

    async def tell(self, step: Step[T], *, mark: str = "") -> T | None:
        """One command in one transaction; None where it turns out to be done already.

        Args:
            step: what the command does.
            mark: what the book says of it once it is done, where twice would be too often.

        Raises:
            PegError: it was refused; nothing was done.
            NotDone: too much was broken for too long.
        """

        async def typed() -> T | None:
            if mark and self._is_done(mark):
                return None
            ground = self.peg().ground
            async with begin(ground.database) as session:
                return await step(session, ground.clock.now())

        return await self.until_it_works(typed)

    async def until_it_works(self, work: Callable[[], Awaitable[T]]) -> T:
        """Try again as long as something is broken.

        Raises:
            PegError: it was refused.
            NotDone: too much was broken for too long.
        """
        for _ in range(TRIES_MAX):
            try:
                return await work()
            except RemoteGone:
                raise  # that is no fault, and no time mends it
            except BROKEN as error:
                self._stage.trace.note(f"the owner is told: {type(error).__name__}")
            await self._appointments.sleep(AGAIN_AFTER_S)
        raise NotDone

    def _is_done(self, mark: str) -> bool:
        book = sqlite3.connect(self._stage.home / "peg.db", isolation_level=None)
        try:
            return bool(book.execute(DONE, (mark, mark)).fetchone()[0])
        finally:
            book.close()


DONE = """
SELECT (SELECT count(*) FROM entries WHERE note = ?) + (SELECT count(*) FROM holds WHERE why = ?)
"""
