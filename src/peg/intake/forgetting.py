"""Forget what deliveries carry once it has been worked on, and later that they came.

The body of a delivery holds names and addresses that PEG needs none of, so it goes after a week,
and at once where the marketplace asks for that. Its number tells a replay, and stays for much
longer than any marketplace sends the same again: Shopify for four hours, and a day late at most;
Etsy for 28 hours. What comes again after that is worked on once more, and finds everything done.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import ShopId
from peg.intake.inbox import READ_AGAIN
from peg.intake.tables import inbox

BODIES_KEPT = timedelta(days=7)
"""Long enough to see why something was taken in as it was."""

TO_TELL = "customers/data_request"
"""Of a customer's request it stays for ever that it came: a replay would be asked about anew."""


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


async def forget_handled(session: AsyncSession, until: datetime, limit: int) -> int:
    """Delete some deliveries that came and were done before a moment; how many.

    What is not done stays, however old, and so does the newest of each shop: since when a shop has
    sent nothing is asked for.
    """
    require_transaction(session)
    # By number, and only up to the first that is young: what came since is not looked through.
    young = select(inbox.c.id).where(inbox.c.received_at >= until).order_by(inbox.c.id).limit(1)
    first_young = await session.scalar(young)
    later = inbox.alias()
    newest = select(later.c.id).where(later.c.shop == inbox.c.shop, later.c.topic != READ_AGAIN)
    newest = newest.order_by(later.c.id.desc()).limit(1)
    old = [
        inbox.c.received_at < until,
        inbox.c.handled_at < until,
        inbox.c.topic != TO_TELL,
        or_(inbox.c.topic == READ_AGAIN, inbox.c.id < newest.scalar_subquery()),
    ]
    if first_young is not None:
        old.append(inbox.c.id < first_young)
    some = select(inbox.c.id).where(*old).order_by(inbox.c.id).limit(limit)
    statement = delete(inbox).where(inbox.c.id.in_(some)).returning(inbox.c.id)
    return len((await session.scalars(statement)).all())
