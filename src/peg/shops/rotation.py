"""Seal every secret anew with the newest master key."""

from sqlalchemy import Column, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.shops.sealing import KeyRing, Place
from peg.shops.tables import SEALED


async def rotate_keys(session: AsyncSession, ring: KeyRing) -> int:
    """Re-seal what older keys sealed, all of it or nothing; how many secrets that were.

    The old keys must still be in the ring; they may leave it after the commit.
    """
    require_transaction(session)
    changed = 0
    for table, key, columns in SEALED:
        for column in columns:
            changed += await _rotate(session, ring, table, key, column)
    return changed


async def _rotate(
    session: AsyncSession, ring: KeyRing, table: Table, key: Column[str], column: str
) -> int:
    cell = table.c[column]
    rows = await session.execute(select(key, cell).where(cell.is_not(None)).with_for_update())
    old = [(row, sealed) for row, sealed in rows if not ring.is_current(sealed)]
    for row, sealed in old:
        place = Place(table.name, row, column)
        fresh = ring.seal(ring.open(sealed, place), place)
        await session.execute(update(table).where(key == row).values({column: fresh}))
    return len(old)
