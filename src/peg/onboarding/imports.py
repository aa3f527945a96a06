"""What each import found and did: told when it ends, and kept for those who ask later."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import ShopId, Sku
from peg.marketplaces.port import MarketplaceError
from peg.onboarding.left_out import LeftOut
from peg.onboarding.tables import imports
from peg.shops import directory
from peg.shops.directory import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedShop:
    """A shop that was not read, and why."""

    shop: ShopId
    why: str


class ShopLeftOut(PegError):
    """An import that was needed whole left a shop out."""

    kind: ClassVar[ErrorKind] = "transient"

    def __init__(self, missing: SkippedShop) -> None:
        super().__init__(f"{missing.shop} could not be imported: {missing.why}")


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import found and did.

    Attributes:
        read: offers read, by shop; of the others nothing is told here.
        skipped: shops that could not be read, and that nobody took out.
        items: new ones.
        offers: newly mapped to an item.
        matched: items that stand on both shops by exact SKU; None: only those could tell that were
            skipped.
        proposals: pairs that a person has to decide on, those from before included.
        left_out: offers that are not kept in step, each with the reason.
        asked: items whose shops disagree: the lower figure holds until a person answers.
        orders: taken in once more, since their lines may be known now.
        orders_unread: shops whose figures were read, and whose orders could not be read after that.
    """

    read: dict[ShopId, int] = field(default_factory=dict)
    skipped: list[SkippedShop] = field(default_factory=list)
    items: int = 0
    offers: int = 0
    matched: int | None = 0
    proposals: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    asked: list[Sku] = field(default_factory=list)
    orders: int = 0
    orders_unread: list[SkippedShop] = field(default_factory=list)

    def whole(self) -> "Imported":
        """Itself, for whoever can do nothing with a part of it.

        Raises:
            ShopLeftOut: something that should be read was not.
        """
        for missing in (*self.skipped, *self.orders_unread):
            raise ShopLeftOut(missing)
        return self


async def skipped(
    session: AsyncSession,
    reached: Mapping[ShopId, object],
    failures: Mapping[ShopId, MarketplaceError],
) -> list[SkippedShop]:
    """The shops that should be read, and were not `reached` or failed."""
    lost = [
        SkippedShop(shop=shop.id, why=shop.status_sentence)
        for shop in await directory.all_shops(session)
        if shop.id not in reached and shop.status != Status.DISCONNECTED
    ]
    return sorted([*lost, *not_read(failures)], key=lambda one: one.shop)


def not_read(failures: Mapping[ShopId, MarketplaceError]) -> list[SkippedShop]:
    """Shops that failed, with what they said."""
    return [SkippedShop(shop=shop, why=str(error)) for shop, error in sorted(failures.items())]


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
