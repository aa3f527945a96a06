"""The tokens a shop gave us, sealed; the newest is stored before it is used."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert
from peg.domain.identity import ShopId
from peg.marketplaces.grant import Grant
from peg.shops.sealing import KeyRing, Place
from peg.shops.tables import grants


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """A grant and the number of the lease it was stored under: higher is newer."""

    grant: Grant
    fencing: int


async def load(session: AsyncSession, ring: KeyRing, shop: ShopId) -> StoredGrant | None:
    """The newest grant of a shop; None if there never was one."""
    return await _load(session, ring, shop, lock=False)


async def lock(session: AsyncSession, ring: KeyRing, shop: ShopId) -> StoredGrant | None:
    """The newest grant, and nobody else may replace it in this transaction."""
    require_transaction(session)
    return await _load(session, ring, shop, lock=True)


async def _load(
    session: AsyncSession, ring: KeyRing, shop: ShopId, *, lock: bool
) -> StoredGrant | None:
    query = select(grants).where(grants.c.shop == shop)
    row = (await session.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        return None
    refresh = row.refresh_token
    grant = Grant(
        access_token=ring.open(row.access_token, _place(shop, "access_token")),
        access_until=row.access_until,
        refresh_token=refresh and ring.open(refresh, _place(shop, "refresh_token")),
        refresh_until=row.refresh_until,
    )
    return StoredGrant(grant=grant, fencing=row.fencing)


async def store(
    session: AsyncSession, ring: KeyRing, shop: ShopId, stored: StoredGrant, *, now: datetime
) -> None:
    """Keep a grant in the place of the former one."""
    require_transaction(session)
    grant = stored.grant
    refresh = grant.refresh_token
    row = {
        "shop": shop,
        "access_token": ring.seal(grant.access_token, _place(shop, "access_token")),
        "access_until": grant.access_until,
        "refresh_token": refresh and ring.seal(refresh, _place(shop, "refresh_token")),
        "refresh_until": grant.refresh_until,
        "fencing": stored.fencing,
        "stored_at": now,
    }
    await session.execute(upsert(session, grants, row, ["shop"]))


async def forget(session: AsyncSession, shop: ShopId) -> None:
    """Drop a shop's tokens."""
    require_transaction(session)
    await session.execute(delete(grants).where(grants.c.shop == shop))


def _place(shop: str, column: str) -> Place:
    return Place("grants", shop, column)
