"""What nothing explained of one offer lately: remembered until it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.intake import surprises
from peg.intake.brake import Brake
from peg.intake.surprises import Surprise, What


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """The surprises of one offer; the brake has counted them among those of its shop."""

    session: AsyncSession
    brake: Brake
    lately: Sequence[Surprise]

    def find(self, what: What, place: str = "") -> Surprise | None:
        """The one of this kind, if there is one."""
        return next((one for one in self.lately if (one.what, one.place) == (what, place)), None)

    async def forget(self, what: What, place: str = "") -> bool:
        """What was met before is over; whether there was such."""
        one = self.find(what, place)
        if one is not None:
            await surprises.forget(self.session, one)
            self.brake.changed_back(one)
        return one is not None
