"""Tokens just exchanged for one got elsewhere, until it is known whose shop they open.

Etsy uses a refresh token up at once. What it gave for that is kept before anything else is asked,
so that a failure in between locks nobody out: the same command, typed again, goes on from here.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert
from peg.marketplaces.grant import Grant
from peg.shops.pending import digest
from peg.shops.sealing import KeyRing, Place
from peg.shops.tables import unclaimed_grants

KEPT_FOR = timedelta(days=90)
"""As long as Etsy's refresh tokens last."""


async def keep(
    session: AsyncSession, ring: KeyRing, given: str, grant: Grant, *, now: datetime
) -> None:
    """Keep what was got for the refresh token `given`; of that only a digest."""
    require_transaction(session)
    spent, fresh = digest(given), grant.refresh_token
    row = {
        "spent": spent,
        "access_token": ring.seal(grant.access_token, _place(spent, "access_token")),
        "access_until": grant.access_until,
        "refresh_token": fresh and ring.seal(fresh, _place(spent, "refresh_token")),
        "refresh_until": grant.refresh_until,
        "stored_at": now,
    }
    old = unclaimed_grants.c.stored_at < now - KEPT_FOR
    await session.execute(delete(unclaimed_grants).where(old))
    await session.execute(upsert(session, unclaimed_grants, row, ["spent"]))


async def find(session: AsyncSession, ring: KeyRing, given: str) -> Grant | None:
    """What was got for this refresh token before; None: it was never given, or is claimed."""
    spent = digest(given)
    query = select(unclaimed_grants).where(unclaimed_grants.c.spent == spent)
    row = (await session.execute(query)).first()
    if row is None:
        return None
    fresh = row.refresh_token
    return Grant(
        access_token=ring.open(row.access_token, _place(spent, "access_token")),
        access_until=row.access_until,
        refresh_token=fresh and ring.open(fresh, _place(spent, "refresh_token")),
        refresh_until=row.refresh_until,
    )


async def claimed(session: AsyncSession, given: str) -> None:
    """The shop is connected: its tokens are kept with it from now on."""
    require_transaction(session)
    mine = unclaimed_grants.c.spent == digest(given)
    await session.execute(delete(unclaimed_grants).where(mine))


def _place(spent: str, column: str) -> Place:
    return Place("unclaimed_grants", spent, column)
