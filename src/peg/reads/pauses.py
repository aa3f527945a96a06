"""What nothing is written to."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.propagation import pauses as kept


class PauseRow(BaseModel):
    """One pause. `scope` is `all`, a channel or a shop."""

    scope: str
    since: datetime
    who: str
    why: str


async def pauses(session: AsyncSession) -> Sequence[PauseRow]:
    """Every pause, the widest first."""
    return [
        PauseRow(scope=one.scope, since=one.since, who=one.who, why=one.why)
        for one in await kept.all_pauses(session)
    ]
