"""What offers should show by their newest targets, kept beside what they are believed to show."""

from collections.abc import Mapping

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.catalog.mirror import expected_of
from peg.db.transaction import execute_all, require_transaction
from peg.domain.identity import OfferId

_NOTED = (
    update(tables.mirror)
    .where(tables.mirror.c.offer == bindparam("of"), tables.mirror.c.place == bindparam("at"))
    .values(aim=bindparam("figure"))
)
"""Built once: every new target is noted, and building takes longer than noting."""


async def note_aims(session: AsyncSession, aims: Mapping[OfferId, Mapping[str, int]]) -> None:
    """What offers should show from now on, by place; none where a place is not named.

    It changes nothing of what they are believed to show, so it outdates no reading.
    """
    require_transaction(session)
    known = await expected_of(session, list(aims))
    rows = [
        {"of": offer, "at": place, "figure": figures.get(place, 0)}
        for offer, figures in aims.items()
        for place in known.get(offer, {})
    ]
    await execute_all(session, _NOTED, rows)
