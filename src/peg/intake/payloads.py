"""Whether an order's webhook says enough, or the order must be read."""

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import sale_places
from peg.domain.order import OrderSnapshot
from peg.ledger.order_compare import Compared


async def is_enough(session: AsyncSession, snapshot: OrderSnapshot, kept: Compared) -> bool:
    """Whether the payload alone says where every piece was taken, and all that has changed.

    Where several places could ship it, an order that has changed in nothing that is told may have
    been sent from another. One that was never sold, says a person, must be read to count again.
    """
    if not snapshot.complete or kept.never_sold:
        return False
    told_nothing = kept.same or kept.unsaid
    if kept.same and not kept.placeless:
        return True
    refs = [line.ref for line in snapshot.lines if line.ref and not line.tells_places]
    waits = any(line.committed for line in snapshot.lines)
    if not refs or (told_nothing and not waits):
        return True
    showing = not told_nothing
    return not await sale_places.several_places(session, snapshot.shop, refs, showing=showing)
