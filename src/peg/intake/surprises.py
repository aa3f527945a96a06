"""What shops show that nothing explains: kept for a while, to see how much of it comes at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog.offers import KEYS_PER_QUERY_MAX
from peg.db.transaction import require_transaction, upsert
from peg.domain.identity import OfferId, ShopId
from peg.intake.tables import surprises


class What(StrEnum):
    """What a person or a tool seems to have changed."""

    PIECES = "pieces"  # more or fewer than the book explains
    FIRST_SIGHT = "first_sight"  # more, not seen a second time yet
    OFF_SALE = "off_sale"
    GONE = "gone"


class Done(StrEnum):
    """What PEG has done about it."""

    SEEN = "seen"  # nothing: it is read again
    COVERED = "covered"  # a write of ours went over it: judged once its orders must be told
    SUSPENDED = "suspended"  # held on all channels until an order explains them
    BELIEVED = "believed"  # taken in
    ASKED = "asked"
    PARKED = "parked"  # left off sale
    NOTED = "noted"  # the listing is no longer written to
    HELD = "held"  # nothing: very many came at once


_WAIT = (Done.HELD, Done.COVERED)
"""For an answer, or for a shop's orders, however long it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """One unexplained change of one offer at one place.

    Attributes:
        pieces: net, above zero for more; 0 where it is not about pieces.
        base: what the place showed by the book before it.
    """

    offer: OfferId
    place: str
    what: What
    shop: ShopId
    pieces: int
    base: int
    done: Done
    met_at: datetime


async def known(session: AsyncSession, like: Surprise) -> Surprise | None:
    """What is kept already of the same offer, place and kind."""
    found = await _find(session, _same(like))
    return found[0] if found else None


async def note(session: AsyncSession, one: Surprise) -> None:
    """Keep it, in place of what was kept of it; one that came to nothing is forgotten."""
    require_transaction(session)
    if one.what is What.PIECES and not one.pieces:
        await forget(session, one)
        return
    row = {name: getattr(one, name) for name in Surprise.__dataclass_fields__}
    await session.execute(upsert(session, surprises, row, ["offer", "place", "what"]))


async def forget(session: AsyncSession, one: Surprise) -> None:
    """It is explained, or answered."""
    require_transaction(session)
    await session.execute(delete(surprises).where(_same(one)))


async def take_first_sight(session: AsyncSession, offer: OfferId, place: str) -> Surprise | None:
    """It was seen a second time: what was kept of the first, which is forgotten."""
    require_transaction(session)
    mine = (surprises.c.offer == offer) & (surprises.c.place == place)
    first = mine & (surprises.c.what == What.FIRST_SIGHT)
    found = await _find(session, first)
    await session.execute(delete(surprises).where(first))
    return found[0] if found else None


async def explain(
    session: AsyncSession, offer: OfferId, pieces: int, *, done: Done = Done.SUSPENDED
) -> None:
    """So many of an offer's suspended pieces were sold after all, or are back.

    Or so many of those that were asked about came back from a cancelled order.
    """
    mine = (surprises.c.offer == offer) & (surprises.c.done == done)
    for one in await _find(session, mine):
        now_known = min(pieces, abs(one.pieces))
        pieces -= now_known
        left = one.pieces - now_known if one.pieces > 0 else one.pieces + now_known
        await note(session, replace(one, pieces=left))


async def met_since(session: AsyncSession, shop: ShopId, since: datetime) -> Sequence[Surprise]:
    """What a shop has shown from a moment on; what is older and waits for nothing is forgotten."""
    require_transaction(session)
    mine = surprises.c.shop == shop
    old = (surprises.c.met_at < since) & surprises.c.done.not_in(_WAIT)
    await session.execute(delete(surprises).where(mine, old))
    return await _find(session, mine)


async def of_shop(session: AsyncSession, shop: ShopId) -> Sequence[Surprise]:
    """All that is kept of a shop."""
    return await _find(session, surprises.c.shop == shop)


async def of_offers(
    session: AsyncSession, wanted: Sequence[OfferId]
) -> Mapping[OfferId, Sequence[Surprise]]:
    """What is kept of some offers."""
    found: dict[OfferId, list[Surprise]] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY_MAX):
        part = wanted[start : start + KEYS_PER_QUERY_MAX]
        for one in await _find(session, surprises.c.offer.in_(part)):
            found.setdefault(one.offer, []).append(one)
    return found


async def not_found(session: AsyncSession, wanted: Sequence[OfferId]) -> frozenset[OfferId]:
    """Those of some offers that were not there when they were looked for last, believed or not."""
    met = await of_offers(session, wanted)
    return frozenset(offer for offer in met if any(one.what is What.GONE for one in met[offer]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What must not be written to one offer while a person is asked about its shop.

    Attributes:
        bases: by place, what it showed by the book before somebody changed it.
        gone: it seems to be deleted: nothing is written at all.
    """

    bases: Mapping[str, int] = field(default_factory=dict)
    gone: bool = False


NOT_HELD = Held()


async def held(session: AsyncSession, wanted: Sequence[OfferId]) -> Mapping[OfferId, Held]:
    """What is held of some offers; those of which nothing is are missing."""
    found = {}
    for offer, met in (await of_offers(session, wanted)).items():
        mine = [one for one in met if one.done is Done.HELD]
        if mine:
            found[offer] = Held(
                bases={one.place: one.base for one in mine if one.what is What.PIECES},
                gone=any(one.what is What.GONE for one in mine),
            )
    return found


def _same(one: Surprise) -> ColumnElement[bool]:
    return (
        (surprises.c.offer == one.offer)
        & (surprises.c.place == one.place)
        & (surprises.c.what == one.what)
    )


async def _find(session: AsyncSession, where: ColumnElement[bool]) -> list[Surprise]:
    query = select(surprises).where(where).order_by(surprises.c.offer, surprises.c.place)
    return [_surprise(dict(row)) for row in (await session.execute(query)).mappings()]


def _surprise(row: dict[str, Any]) -> Surprise:
    return Surprise(**{**row, "what": What(row["what"]), "done": Done(row["done"])})
