"""Troubles that only their finder sees: told when they begin, and over when it says so."""

from peg.alerts import register
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.clock import Clock
from peg.domain.messages import Alert


class Troubles:
    """Told once each, until they are over; a restart in between tells none of them again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begins(self, alert: Alert) -> None:
        """Somebody should look, unless they were told that it has begun."""
        async with begin(self._database) as session:
            await register.tell_once(session, alert, now=self._clock.now())

    async def are_over(self, subject: str, *names: str) -> None:
        """None of these is so any more."""
        async with reading(self._database) as session:
            over = await register.numbers_of(session, subject, names)
        if over:
            async with begin(self._database) as session:
                await register.end(session, over, now=self._clock.now())
