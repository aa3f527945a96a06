"""The error for a SKU that no item has, with those that are like it."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.errors import UnknownSku
from peg.domain.identity import Sku
from peg.domain.near import did_you_mean
from peg.ledger.tables import positions

SLIPS_MAX = 2
"""So many characters may be missing or too many in a SKU that is still alike."""


async def unknown_sku(session: AsyncSession, sku: Sku) -> UnknownSku:
    """To be raised by the caller."""
    length = func.length(positions.c.sku)
    shortest, longest = len(sku) - SLIPS_MAX, len(sku) + SLIPS_MAX
    query = select(positions.c.sku).where(length.between(shortest, longest))
    return UnknownSku(sku, did_you_mean(sku, await session.scalars(query)))
