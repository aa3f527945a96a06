"""A lease: one process at a time does a thing, and a late one can be told by its number."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import insert_or_ignore, require_transaction
from peg.shops.tables import leases


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do `name` until it ends; `fencing` grows with every lease of that name."""

    name: str
    fencing: int


async def take(session: AsyncSession, name: str, *, now: datetime, for_s: float) -> Lease | None:
    """The lease, or None while somebody else has it."""
    require_transaction(session)
    free = {"name": name, "until": now, "fencing": 0}
    await session.execute(insert_or_ignore(session, leases).values(free))
    fencing = await session.scalar(
        update(leases)
        .where(leases.c.name == name, leases.c.until <= now)
        .values(until=now + timedelta(seconds=for_s), fencing=leases.c.fencing + 1)
        .returning(leases.c.fencing)
    )
    return None if fencing is None else Lease(name, fencing)


async def release(session: AsyncSession, lease: Lease, *, now: datetime) -> None:
    """Let the next one in; nothing happens if the lease had already passed on."""
    require_transaction(session)
    await session.execute(
        update(leases)
        .where(leases.c.name == lease.name, leases.c.fencing == lease.fencing)
        .values(until=now)
    )


async def seize(session: AsyncSession, name: str, *, now: datetime) -> Lease:
    """Take the number of a next lease and let it end at once: whoever holds one is too late."""
    require_transaction(session)
    free = {"name": name, "until": now, "fencing": 0}
    await session.execute(insert_or_ignore(session, leases).values(free))
    fencing = await session.scalar(
        update(leases)
        .where(leases.c.name == name)
        .values(until=now, fencing=leases.c.fencing + 1)
        .returning(leases.c.fencing)
    )
    return Lease(name, fencing or 1)
