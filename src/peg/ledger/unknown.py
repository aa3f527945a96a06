"""The error for a SKU that no item has, with those that are like it."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.errors import UnknownSku
from peg.domain.identity import Sku
from peg.domain.near import did_you_mean
from peg.ledger.tables import positions

SLIPS_MAX = 2
"""So many characters may be missing or too many in a SKU that is still alike."""


async def unknown_sku(session: AsyncSession, sku: Sku) -> UnknownSku:
    """To be raised by the caller. Only dashes forgotten: nothing else comes near."""
    dashes_apart = func.replace(positions.c.sku, "-", "") == sku.replace("-", "")
    meant = list(await session.scalars(select(positions.c.sku).where(dashes_apart)))
    return UnknownSku(sku, did_you_mean(sku, meant or await _of_like_length(session, sku)))


async def _of_like_length(session: AsyncSession, sku: Sku) -> Iterable[str]:
    length = func.length(positions.c.sku)
    shortest, longest = len(sku) - SLIPS_MAX, len(sku) + SLIPS_MAX
    query = select(positions.c.sku).where(length.between(shortest, longest))
    return await session.scalars(query)
