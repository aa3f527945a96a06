"""Items that are about to run out."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items
from peg.domain.identity import Sku
from peg.ledger import queries


class LowRow(BaseModel):
    """An item with no more pieces available than its threshold."""

    sku: Sku
    name: str
    available: int
    low_stock_at: int


async def low_stock(session: AsyncSession) -> Sequence[LowRow]:
    """Items at or below their threshold, the emptiest first; those without one are left out."""
    watched = {
        item.sku: item for item in await items.everything(session) if item.low_stock_at is not None
    }
    found = []
    after = ""
    while page := await queries.positions(session, after=after):
        after = page[-1].sku
        for position in page:
            item = watched.get(position.sku)
            if item is None or item.low_stock_at is None:
                continue
            if position.level.available <= item.low_stock_at:
                found.append(
                    LowRow(
                        sku=item.sku,
                        name=item.name,
                        available=position.level.available,
                        low_stock_at=item.low_stock_at,
                    )
                )
    return sorted(found, key=lambda row: (row.available, row.sku))
