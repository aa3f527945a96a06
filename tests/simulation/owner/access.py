"""The owner of the shops: looks in now and then, and connects again what was taken away."""

import sqlite3

import httpx2
from tests.simulation.appointments import Appointments
from tests.simulation.stage import Stage

from peg.domain.errors import PegError

LOOKS_EVERY_S = 1800.0


REVOKED = "SELECT count(*) FROM shops WHERE status = 'revoked'"


class Owner:
    """A person who does what an alarm says, within half an hour."""

    def __init__(self, stage: Stage, appointments: Appointments) -> None:
        self._stage = stage
        self._appointments = appointments

    async def live(self) -> None:
        """Look in until cancelled."""
        book = sqlite3.connect(self._stage.home / "peg.db", isolation_level=None)
        try:
            while True:
                await self._appointments.sleep(LOOKS_EVERY_S)
                if book.execute(REVOKED).fetchone()[0]:
                    await self._connect_again()
        finally:
            book.close()

    async def _connect_again(self) -> None:
        if not self._stage.life.process.alive or self._stage.line.cut:
            return
        self._stage.trace.note("the owner connects the shops again")
        try:
            await self._stage.reconnect()
        except (PegError, httpx2.HTTPError) as error:
            self._stage.trace.note(f"it did not work, and is tried again later: {error!r}")
