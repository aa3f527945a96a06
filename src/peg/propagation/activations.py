"""Products that are to be stocked at one more place of their shop, until they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.db.transaction import require_transaction, upsert
from peg.domain.identity import OfferId, ShopId
from peg.propagation.tables import activations

REFUSED_AGAIN = timedelta(minutes=15)
"""A person may have mended meanwhile what Shopify refused."""

AGAIN_AFTER = timedelta(seconds=5)
AGAIN_AFTER_MAX = timedelta(minutes=2)
DOUBLINGS_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """One offer at one place of its shop.

    Attributes:
        attempts: so many ended without an answer, or not at all.
        key: of the attempt that was made last, until its answer has come.
        refused: what the shop said, the last time.
    """

    offer: OfferId
    place: str
    shop: ShopId
    wanted_at: datetime
    next_at: datetime
    attempts: int
    key: str | None
    refused: str | None

    @property
    def subject(self) -> str:
        """What alerts about it are named by."""
        return f"{self.offer} {self.place}"


async def want(
    session: AsyncSession, offer: OfferId, place: str, *, shop: ShopId, now: datetime
) -> None:
    """A person has put pieces there: have the product stocked, at once if it was refused before."""
    require_transaction(session)
    row = {
        "offer": offer,
        "place": place,
        "shop": shop,
        "wanted_at": now,
        "next_at": now,
        "attempts": 0,
    }
    await session.execute(upsert(session, activations, row, ["offer", "place"]))


async def due(session: AsyncSession, shop: ShopId, *, now: datetime) -> Sequence[Activation]:
    """Those of a shop whose time has come."""
    query = select(activations).where(activations.c.shop == shop, activations.c.next_at <= now)
    rows = await session.execute(query.order_by(activations.c.wanted_at))
    return [Activation(**row) for row in rows.mappings()]


async def begin(session: AsyncSession, one: Activation, key: str) -> None:
    """Keep the key before it is sent: until its answer has come, no other is used."""
    await _change(session, one, key=key)


async def done(session: AsyncSession, one: Activation) -> None:
    """It is stocked there, or is not wanted any more."""
    require_transaction(session)
    await session.execute(delete(activations).where(_is(one)))


async def refused(session: AsyncSession, one: Activation, words: str, *, now: datetime) -> None:
    """The shop said no; asked again later, under a new key."""
    await _change(session, one, key=None, refused=words, attempts=0, next_at=now + REFUSED_AGAIN)


async def unheard(session: AsyncSession, one: Activation, *, now: datetime) -> None:
    """No answer came, or the shop was out of reach: asked again, each time later than before."""
    pause = min(AGAIN_AFTER * 2 ** min(one.attempts, DOUBLINGS_MAX), AGAIN_AFTER_MAX)
    await _change(session, one, attempts=one.attempts + 1, next_at=now + pause)


async def everything(session: AsyncSession) -> Mapping[tuple[OfferId, str], Activation]:
    """All that are wanted, by offer and place."""
    rows = (await session.execute(select(activations))).mappings()
    return {(row["offer"], row["place"]): Activation(**row) for row in rows}


def _is(one: Activation) -> ColumnElement[bool]:
    return (activations.c.offer == one.offer) & (activations.c.place == one.place)


async def _change(session: AsyncSession, one: Activation, **values: object) -> None:
    require_transaction(session)
    await session.execute(update(activations).where(_is(one)).values(**values))
