"""Forget what buyers' data deliveries carry, once it has been worked on.

A delivery's row stays for ever: its number tells a replay. Its body holds names and addresses that
PEG needs none of, so it goes after a week, and at once where the marketplace asks for that.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import ShopId
from peg.intake.tables import inbox

BODIES_KEPT = timedelta(days=7)
"""Long enough to see why something was taken in as it was."""


async def forget_bodies(
    session: AsyncSession, *, until: datetime, shop: ShopId | None = None
) -> int:
    """Empty what was handled until a moment, of one shop or of all; how many that were."""
    require_transaction(session)
    statement = (
        update(inbox)
        .where(inbox.c.handled_at <= until, func.length(inbox.c.body) > 0)
        .values(body=b"")
        .returning(inbox.c.id)
    )
    if shop is not None:
        statement = statement.where(inbox.c.shop == shop)
    return len((await session.scalars(statement)).all())
