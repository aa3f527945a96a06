"""The owner stops all writes for a while, and lets them go on."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from tests.simulation.appointments import Appointments
from tests.simulation.owner.chores import Chore
from tests.simulation.owner.commands import Commands
from tests.simulation.stage import Stage

from peg.propagation import pauses

SCOPES = ("all", "shopify", "etsy")


class Pausing:
    """`peg pause` and `peg resume`."""

    def __init__(self, stage: Stage, commands: Commands, appointments: Appointments) -> None:
        self._stage = stage
        self._commands = commands
        self._appointments = appointments

    async def pause(self, chore: Chore) -> None:
        """Until she resumes: meanwhile nothing can come down, for which PEG is not to blame."""
        scope = SCOPES[int(chore.luck * len(SCOPES))]
        if self._stage.wishes.is_paused(scope):
            return

        async def pause(session: AsyncSession, now: datetime) -> object:
            return await pauses.pause(session, scope, who="owner", why=str(chore), now=now)

        async def resume(session: AsyncSession, _: datetime) -> None:
            await pauses.resume(session, scope)

        with self._stage.troubles.lasting(is_pause=True):
            await self._commands.tell(pause)
            self._stage.trace.note(f"the owner pauses {scope}")
            self._stage.wishes.pauses(scope)
            await self._appointments.sleep(chore.lasts_s)
            self._stage.wishes.resumes(scope)
            await self._commands.tell(resume)
            self._stage.trace.note(f"the owner resumes {scope}")
