"""The database takes nothing for a while: all background work waits for it, and one line says so.

Another program holds it, its disk is full or may not be written. None of that is a crash, and it
hits every task at once: told by each, with its trace, nobody would find the one thing to do.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from peg.alerts.register import tell_still
from peg.db.engine import Database
from peg.db.errors import DatabaseLocked, DatabaseReadOnly, DatabaseUnavailable, DiskFull
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.messages import Alert

log = structlog.get_logger()

AGAIN_S = 1.0
SAID_ANEW_S = 60.0
"""What was not met for that long, and then is, has begun again."""

WAITED_OUT = (DatabaseLocked, DiskFull, DatabaseReadOnly)
"""What ends without PEG, which then goes on by itself."""

Keep = Callable[[DatabaseUnavailable], Awaitable[None]]
"""Keeps the alert about it."""


async def keep_alert(database: Database, clock: Clock, error: DatabaseUnavailable) -> None:
    """Tell a person what it was, once it can be kept; of one cause that stops several, one thing.

    Raises:
        DatabaseUnavailable: it is so still.
    """
    sentence = f"{error}. PEG waited meanwhile and goes on by itself: nothing is lost"
    if isinstance(error, DatabaseLocked):
        alert = Alert(name="database_locked", subject="database", sentence=sentence)
    else:
        alert = Alert(name="database_unwritable", subject="database", sentence=sentence)
    async with begin(database) as session:
        await tell_still(session, alert, now=clock.now())


def waited_out(error: BaseException) -> DatabaseUnavailable | None:
    """Whether nothing is wrong but that the database takes nothing now, by its words."""
    if isinstance(error, ExceptionGroup):
        found = [waited_out(one) for one in error.exceptions]
        return None if None in found else found[0]
    return error if isinstance(error, WAITED_OUT) else None


class Standstill:
    """What all tasks of a process share while the database takes nothing."""

    def __init__(self, clock: Clock, keep: Keep) -> None:
        self._clock = clock
        self._keep = keep
        self._turn = asyncio.Lock()
        self._ended = 0
        self._met: type[DatabaseUnavailable] | None = None
        self._met_at_s = 0.0

    def meet(self, error: DatabaseUnavailable) -> None:
        """Say what is wrong and what to do, unless that was said already."""
        now_s = self._clock.monotonic()
        anew = type(error) is not self._met or now_s - self._met_at_s > SAID_ANEW_S
        self._met, self._met_at_s = type(error), now_s
        if anew:
            log.warning("database.waited_for", sentence=str(error))

    async def over(self, error: DatabaseUnavailable) -> None:
        """Wait until the alert about it is kept: from then on the tasks can write, too."""
        self.meet(error)
        ended = self._ended
        async with self._turn:
            if self._ended == ended:  # else somebody waited for all
                await self._until_kept(error)
                self._ended += 1

    async def _until_kept(self, error: DatabaseUnavailable) -> None:
        while True:
            await self._clock.sleep(AGAIN_S)
            try:
                await self._keep(error)
            except Exception as failure:  # the alarm must not stop the restart
                if (still := waited_out(failure)) is None:
                    log.exception("task.alarm_failed")
                    return
                self.meet(still)
                error = still
            else:
                log.info("database.written_again")
                return
