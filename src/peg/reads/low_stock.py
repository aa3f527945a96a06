"""Items that are about to run out."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import items
from peg.catalog.items import Item
from peg.domain.identity import Sku
from peg.domain.messages import Alert
from peg.ledger import queries
from peg.ledger.book import Position


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
    found: list[LowRow] = []
    after = ""
    while page := await queries.positions(session, after=after):
        after = page[-1].sku
        rows = [_low(item, one) for one in page if (item := watched.get(one.sku))]
        found += [row for row in rows if row is not None]
    return sorted(found, key=lambda row: (row.available, row.sku))


async def of(session: AsyncSession, sku: Sku) -> LowRow | None:
    """One item, if it is at or below its threshold now."""
    item = await items.by_sku(session, sku)
    return None if item is None else _low(item, await queries.position(session, sku))


def alert_of(row: LowRow) -> Alert:
    """What a person is told of it."""
    sentence = f"{row.name} ({row.sku}): {row.available} left. Make or order more"
    return Alert(name="low_stock", subject=row.sku, sentence=sentence)


def _low(item: Item, position: Position) -> LowRow | None:
    available = position.level.available
    if item.low_stock_at is None or available > item.low_stock_at:
        return None
    return LowRow(sku=item.sku, name=item.name, available=available, low_stock_at=item.low_stock_at)
