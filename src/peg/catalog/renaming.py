"""Another name on its marketplace for an offer that PEG knows: it stays the same offer."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.db.transaction import require_transaction
from peg.domain.identity import OfferId, OfferRef


async def rename(
    session: AsyncSession, offer: OfferId, ref: OfferRef, options: Mapping[str, str]
) -> None:
    """From now on its marketplace calls it so; what a sale takes and what is expected stay.

    A reading that began before is outdated: it may call it by its former name.
    """
    require_transaction(session)
    change = update(tables.offers).where(tables.offers.c.id == offer)
    await session.execute(change.values(variant=ref.variant, options=dict(options)))
    await session.execute(
        update(tables.mirror)
        .where(tables.mirror.c.offer == offer)
        .values(version=tables.mirror.c.version + 1)
    )
