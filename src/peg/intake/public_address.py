"""The address under which the shops reach the PEG that runs: other commands have another shell."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert
from peg.intake.tables import public_address

_ONLY = 1
"""One PEG runs on one database, so there is one row."""


async def keep(session: AsyncSession, url: str | None) -> None:
    """Note it as a PEG begins to run; None: it has none, and only polls."""
    require_transaction(session)
    await session.execute(upsert(session, public_address, {"id": _ONLY, "url": url}, ["id"]))


async def kept(session: AsyncSession) -> str | None:
    """The one of the PEG that runs, or ran last; None: it had none."""
    return await session.scalar(select(public_address.c.url))
