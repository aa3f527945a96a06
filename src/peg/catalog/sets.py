"""A set is its pieces: no stock of its own is sold, kept or received."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers, tables
from peg.catalog.offers import Offer
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import OfferId, Sku, fold_sku


class IsASet(PegError):
    """Something was said of a set that can only be said of its pieces."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, sku: Sku, parts: Mapping[Sku, int]) -> None:
        named = ", ".join(
            f"{part} x {many}" if many > 1 else part for part, many in sorted(parts.items())
        )
        super().__init__(f"{sku} is a set and has no stock of its own: name its pieces ({named})")


async def refuse_sets(session: AsyncSession, sku: Sku) -> None:
    """Nothing is posted to the item that a set was taken for before it was composed.

    Raises:
        IsASet: the SKU is typed on a set, and no offer sells an item of that name.
    """
    parts = (await among(session, [sku])).get(sku)
    if parts:
        raise IsASet(sku, parts)


async def among(session: AsyncSession, skus: Collection[Sku]) -> Mapping[Sku, Mapping[Sku, int]]:
    """Which of these are typed on a set and sold by no offer as an item, and what those sets take.

    Several sets may be typed alike: the first one counts.
    """
    several = select(tables.components.c.offer).group_by(tables.components.c.offer)
    several = several.having(func.sum(tables.components.c.quantity) > 1)
    of_sets = select(tables.offers.c.id, tables.offers.c.sku_as_typed).order_by(tables.offers.c.id)
    of_sets = of_sets.where(tables.offers.c.id.in_(several), tables.offers.c.gone.is_(False))
    found: dict[Sku, OfferId] = {}
    for number, typed in await session.execute(of_sets):
        label = Sku(fold_sku(typed))
        if label in skus:
            found.setdefault(label, OfferId(number))
    sold = {
        part.sku
        for offer in await offers.of_skus(session, list(found))
        if not offer.gone
        for part in offer.components
    }
    known = await offers.by_ids(session, list(found.values()))
    return {
        label: {part.sku: part.quantity for part in known[number].components}
        for label, number in found.items()
        if label not in sold
    }


def takes_several(parts: Mapping[Sku, int]) -> bool:
    """Several items, or several of one."""
    return sum(parts.values()) > 1


def is_set(offer: Offer) -> bool:
    """Whether one unit of the offer takes several pieces."""
    return takes_several({part.sku: part.quantity for part in offer.components})
