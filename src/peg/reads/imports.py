"""What imports found and did."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import ShopId, Sku
from peg.onboarding import imports as kept
from peg.onboarding.imports import Imported
from peg.onboarding.left_out import Why


class LeftOutRow(BaseModel):
    """One offer that is not kept in step; `sku` as typed on its shop."""

    shop: ShopId
    listing: str
    variant: str
    title: str
    sku: str
    why: Why
    details: str


class SkippedRow(BaseModel):
    """A shop that was not read, and why."""

    shop: ShopId
    why: str


class Found(BaseModel):
    """What an import found, or would find.

    `read` are offers by shop; `items` are new ones, and `offers` newly mapped to one; `matched`
    items stand on both shops by exact SKU (null where a shop was skipped: nobody knows);
    `proposals` are pairs to decide on; of the items `asked` the shops disagree; `orders` were taken
    in once more; the shops `orders_unread` told their figures, and then their orders no more.
    """

    read: dict[ShopId, int]
    skipped: list[SkippedRow]
    items: int
    offers: int
    matched: int | None
    proposals: int
    left_out: list[LeftOutRow]
    asked: list[Sku]
    orders: int
    orders_unread: list[SkippedRow]


class ImportRow(Found):
    """One import that came to its end."""

    id: int
    begun_at: datetime
    ended_at: datetime


def foreseen(told: Imported) -> Found:
    """What a dry run found; it is kept nowhere."""
    return Found.model_validate(asdict(told))


async def imports(
    session: AsyncSession, *, after: int | None = None, limit: int = 10
) -> Sequence[ImportRow]:
    """Imports, the newest first: a page of them, those from before `after`."""
    rows = await kept.kept(session, after=after, limit=limit)
    return [ImportRow.model_validate(row) for row in rows]
