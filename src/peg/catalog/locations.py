"""Which of our places a marketplace's location stands for."""

import re
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import tables
from peg.db.transaction import require_transaction, upsert
from peg.domain.identity import LocationId, ShopId

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")


async def link(session: AsyncSession, shop: ShopId, remote: str, *, name: str) -> LocationId:
    """Our place for a marketplace's location; made from its name the first time."""
    require_transaction(session)
    known = (await of_shop(session, shop)).get(remote)
    if known is not None:
        return known
    taken = set((await session.scalars(select(tables.locations.c.location))).all())
    slug = _NOT_A_LETTER.sub("-", name.lower()).strip("-")[:48] or "place"
    location = LocationId(slug if slug not in taken else f"{slug}-{remote}")
    row = {"shop": shop, "remote": remote, "location": location, "name": name}
    await session.execute(upsert(session, tables.locations, row, ["shop", "remote"]))
    return location


async def of_shop(session: AsyncSession, shop: ShopId) -> Mapping[str, LocationId]:
    """A shop's locations by the marketplace's id."""
    query = select(tables.locations).where(tables.locations.c.shop == shop)
    rows = (await session.execute(query.order_by(tables.locations.c.remote))).mappings()
    return {row["remote"]: LocationId(row["location"]) for row in rows}
