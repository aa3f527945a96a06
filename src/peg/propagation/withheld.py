"""Offers that show nothing for a cause beside the book, however many pieces there are.

A cause of targets, like a buffer: the usual writers take the offer off sale, and raise it again
with the usual proof once the cause is gone (`withholding.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import execute_all, require_transaction, upsert_all
from peg.domain.identity import OfferId
from peg.propagation.tables import withheld

OFFERS_PER_QUERY_MAX = 500
"""SQLite limits the variables of one statement."""

_OF = select(withheld).where(withheld.c.offer.in_(bindparam("offers", expanding=True)))
"""Built once: every new target asks."""

_ONE = delete(withheld).where(
    withheld.c.offer == bindparam("of"),
    withheld.c.cause == bindparam("for"),
    withheld.c.about == bindparam("whom"),
)


class Cause(StrEnum):
    """What keeps an offer off sale."""

    BLIND_SIDE = "blind_side"  # the orders of another shop that sells it cannot be read
    EXPOSURE = "exposure"  # its being sold twice may cost too much: it is on another shop alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """One offer that is off sale.

    Attributes:
        about: whom the cause concerns: the shop whose orders cannot be read, the item at risk.
        why: in words, for whoever wonders.
        quantity: what it would have shown then.
    """

    offer: OfferId
    cause: Cause
    about: str
    why: str
    since: datetime
    quantity: int


async def put(session: AsyncSession, wanted: Sequence[Withheld]) -> None:
    """From now on these are off sale."""
    require_transaction(session)
    rows = [{name: getattr(one, name) for name in Withheld.__dataclass_fields__} for one in wanted]
    await upsert_all(session, withheld, rows, ["offer", "cause", "about"])


async def end(session: AsyncSession, over: Sequence[Withheld]) -> None:
    """These causes are gone."""
    require_transaction(session)
    rows = [{"of": one.offer, "for": one.cause, "whom": one.about} for one in over]
    await execute_all(session, _ONE, rows)


async def by_about(session: AsyncSession, cause: Cause) -> Mapping[str, Sequence[Withheld]]:
    """All that is off sale for a cause, by whom it concerns."""
    found: dict[str, list[Withheld]] = {}
    query = select(withheld).where(withheld.c.cause == cause)
    rows = await session.execute(query.order_by(withheld.c.about, withheld.c.offer))
    for row in rows.mappings():
        found.setdefault(row["about"], []).append(_one(row))
    return found


async def of_offers(
    session: AsyncSession, wanted: Sequence[OfferId]
) -> Mapping[OfferId, tuple[str, ...]]:
    """Why some offers show nothing now; those that may are left out."""
    found: dict[OfferId, tuple[str, ...]] = {}
    for start in range(0, len(wanted), OFFERS_PER_QUERY_MAX):
        part = wanted[start : start + OFFERS_PER_QUERY_MAX]
        for row in (await session.execute(_OF, {"offers": part})).mappings():
            found[row["offer"]] = (*found.get(row["offer"], ()), row["why"])
    return found


def _one(row: RowMapping) -> Withheld:
    return Withheld(**{**row, "cause": Cause(row["cause"])})
