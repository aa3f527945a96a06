"""Offers that show nothing while a shop's orders cannot be read: what was sold there is not known.

A cause of targets, like a buffer: the usual writers take the offer off sale, and raise it again
with the usual proof once the cause is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert_all
from peg.domain.identity import OfferId, ShopId
from peg.propagation.tables import blinded

OFFERS_PER_QUERY_MAX = 500
"""SQLite limits the variables of one statement."""

_OF = select(blinded).where(blinded.c.offer.in_(bindparam("offers", expanding=True)))
"""Built once: every new target asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blinded:
    """One offer that is off sale since the orders of `shop`, another one, cannot be read.

    Attributes:
        quantity: what it should have shown until then.
    """

    offer: OfferId
    shop: ShopId
    since: datetime
    quantity: int


async def put(session: AsyncSession, wanted: Sequence[Blinded]) -> None:
    """From now on these are off sale."""
    require_transaction(session)
    rows = [
        {"offer": one.offer, "shop": one.shop, "since": one.since, "quantity": one.quantity}
        for one in wanted
    ]
    await upsert_all(session, blinded, rows, ["offer", "shop"])


async def end(session: AsyncSession, shop: ShopId) -> Sequence[Blinded]:
    """The orders of the shop are read again; what was off sale for it."""
    require_transaction(session)
    gone = delete(blinded).where(blinded.c.shop == shop).returning(*blinded.c)
    return [_one(row) for row in (await session.execute(gone)).mappings()]


async def by_shop(session: AsyncSession) -> Mapping[ShopId, Sequence[Blinded]]:
    """All that is off sale, by the shop whose orders cannot be read."""
    found: dict[ShopId, list[Blinded]] = {}
    query = select(blinded).order_by(blinded.c.shop, blinded.c.offer)
    for row in (await session.execute(query)).mappings():
        found.setdefault(ShopId(row["shop"]), []).append(_one(row))
    return found


async def of_offers(
    session: AsyncSession, wanted: Sequence[OfferId]
) -> Mapping[OfferId, tuple[str, ...]]:
    """Why some offers show nothing now; those that may are left out."""
    found: dict[OfferId, tuple[str, ...]] = {}
    for start in range(0, len(wanted), OFFERS_PER_QUERY_MAX):
        part = wanted[start : start + OFFERS_PER_QUERY_MAX]
        for row in (await session.execute(_OF, {"offers": part})).mappings():
            why = f"off sale while the orders of {row['shop']} cannot be read"
            found[row["offer"]] = (*found.get(row["offer"], ()), why)
    return found


def _one(row: RowMapping) -> Blinded:
    return Blinded(**row)
