"""What each import found and did: told when it ends, and kept for those who ask later."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.identity import ShopId, Sku
from peg.onboarding.left_out import LeftOut
from peg.onboarding.tables import imports
from peg.shops import directory
from peg.shops.directory import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedShop:
    """A shop that was not read, and why."""

    shop: ShopId
    why: str


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import found and did.

    Attributes:
        read: offers read, by shop.
        skipped: shops that PEG has no access to any more, and that nobody took out.
        items: new ones.
        offers: newly mapped to an item.
        matched: items that stand on both shops by exact SKU.
        proposals: pairs that a person has to decide on, those from before included.
        left_out: offers that are not kept in step, each with the reason.
        asked: items whose shops disagree: the lower figure holds until a person answers.
        orders: taken in once more, since their lines may be known now.
    """

    read: dict[ShopId, int] = field(default_factory=dict)
    skipped: list[SkippedShop] = field(default_factory=list)
    items: int = 0
    offers: int = 0
    matched: int = 0
    proposals: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    asked: list[Sku] = field(default_factory=list)
    orders: int = 0


async def skipped(session: AsyncSession, reached: Mapping[ShopId, object]) -> list[SkippedShop]:
    """The shops that should be read and are not among those that can be `reached`."""
    return [
        SkippedShop(shop=shop.id, why=shop.status_sentence)
        for shop in await directory.all_shops(session)
        if shop.id not in reached and shop.status != Status.DISCONNECTED
    ]


async def keep(
    session: AsyncSession, told: Imported, *, begun_at: datetime, ended_at: datetime
) -> None:
    """Keep what an import that came to its end has told."""
    require_transaction(session)
    row = {**asdict(told), "begun_at": begun_at, "ended_at": ended_at}
    await session.execute(insert(imports).values(row))


async def kept(
    session: AsyncSession, *, after: int | None = None, limit: int
) -> Sequence[Mapping[str, Any]]:
    """A page of what imports told, the newest first: those from before the import `after`."""
    query = select(imports).order_by(imports.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(imports.c.id < after)
    return [dict(row) for row in (await session.execute(query)).mappings()]
