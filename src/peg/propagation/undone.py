"""Writes that a person took back: their offers show no more than stood there before.

An undone write is a cause of targets, like a buffer or a cap: it can only lower what the book
allows, the usual writers bring it to the shop, and it holds until it is taken back itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert
from peg.domain.identity import OfferId
from peg.propagation.tables import undone

OFFERS_PER_QUERY_MAX = 500
"""SQLite limits the variables of one statement."""

_OF = select(undone).where(undone.c.offer.in_(bindparam("offers", expanding=True)))
"""Built once: every new target asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """One write that was taken back: `offer` shows at most `quantity` at `place` since then."""

    offer: OfferId
    place: str
    write: int
    quantity: int
    who: str
    since: datetime


async def put(session: AsyncSession, one: Undone) -> None:
    """Keep that a write was undone; an earlier one of the same place ends with it."""
    require_transaction(session)
    row = {name: getattr(one, name) for name in Undone.__dataclass_fields__}
    await session.execute(upsert(session, undone, row, ["offer", "place"]))


async def end(session: AsyncSession, offer: OfferId, place: str) -> None:
    """The offer shows there again what the book allows."""
    require_transaction(session)
    await session.execute(delete(undone).where(undone.c.offer == offer, undone.c.place == place))


async def of_offers(
    session: AsyncSession, wanted: Sequence[OfferId]
) -> Mapping[OfferId, Sequence[Undone]]:
    """What was undone of some offers."""
    found: dict[OfferId, list[Undone]] = {}
    for start in range(0, len(wanted), OFFERS_PER_QUERY_MAX):
        part = wanted[start : start + OFFERS_PER_QUERY_MAX]
        for row in (await session.execute(_OF, {"offers": part})).mappings():
            found.setdefault(OfferId(row["offer"]), []).append(Undone(**row))
    return found
