"""Offers that PEG does not keep in step: nobody knows what they sell, or no figure stops them."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.domain.identity import OfferId, ShopId, fold_sku


async def not_kept(session: AsyncSession) -> Mapping[OfferId, ShopId]:
    """Those that stand on their shops, by number, each with its shop; the live page asks often."""
    mine = tables.offers.c
    mapped = exists().where(tables.components.c.offer == mine.id)
    query = select(mine.id, mine.shop).where(
        mine.gone.is_(False), mine.tracked.is_(False) | mine.oversells | ~mapped
    )
    found = await session.execute(query.order_by(mine.id))
    return {OfferId(row.id): ShopId(row.shop) for row in found}


async def doubled_skus(session: AsyncSession) -> frozenset[tuple[ShopId, str]]:
    """SKUs that several offers of one shop are typed with, case and spaces apart."""
    mine = tables.offers.c
    query = select(mine.shop, mine.sku_as_typed).where(mine.gone.is_(False))
    typed = Counter(
        (ShopId(row.shop), fold_sku(row.sku_as_typed)) for row in await session.execute(query)
    )
    return frozenset(one for one, times in typed.items() if one[1] and times > 1)
