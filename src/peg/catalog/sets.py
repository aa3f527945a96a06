"""A set is its pieces: no stock of its own is sold, kept or received."""

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Sku


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
    parts = await parts_of_label(session, sku)
    if parts and not any(not one.gone for one in await offers.of_skus(session, [sku])):
        raise IsASet(sku, parts)


async def parts_of_label(session: AsyncSession, sku: Sku) -> Mapping[Sku, int]:
    """What a set takes on which this SKU is typed; nothing, if it is typed on none."""
    for offer in await offers.typed_alike(session, None, sku):
        parts = {part.sku: part.quantity for part in offer.components}
        if takes_several(parts):
            return parts
    return {}


def takes_several(parts: Mapping[Sku, int]) -> bool:
    """Several items, or several of one."""
    return sum(parts.values()) > 1
