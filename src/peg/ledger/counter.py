"""What happens away from the marketplaces: sold in person, received, counted."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.errors import BadQuantity, InsufficientStock
from peg.domain.identity import LocationId, Sku
from peg.domain.stock import Cause
from peg.ledger.book import Position, Posting, lock, post
from peg.ledger.places import fullest
from peg.ledger.queries import levels


async def sell(
    session: AsyncSession, sku: Sku, quantity: int, *, who: str, note: str = "", now: datetime
) -> Position:
    """Sold in person and handed over: the pieces are gone from the shelf.

    Raises:
        BadQuantity: not a positive number.
        UnknownSku: no such item.
        InsufficientStock: fewer are available; count the shelf first if they really are there.
    """
    _positive(quantity)
    position = (await lock(session, [sku]))[sku]
    if quantity > position.level.available:
        raise InsufficientStock(wanted=quantity, available=max(0, position.level.available))
    return await _post_on_hand(
        session, sku, -quantity, cause=Cause.COUNTER_SALE, who=who, note=note, now=now
    )


async def receive(
    session: AsyncSession,
    sku: Sku,
    quantity: int,
    *,
    who: str,
    note: str = "",
    location: LocationId | None = None,
    now: datetime,
) -> Position:
    """Goods came in, from a supplier or the bench.

    Raises:
        BadQuantity: not a positive number.
        UnknownSku: no such item.
    """
    _positive(quantity)
    return await _post_on_hand(
        session,
        sku,
        quantity,
        cause=Cause.RECEIVED,
        who=who,
        note=note,
        location=location,
        now=now,
    )


async def count(
    session: AsyncSession,
    sku: Sku,
    counted: int,
    *,
    who: str,
    note: str = "",
    location: LocationId | None = None,
    now: datetime,
) -> int:
    """What really lies on the shelf; returns by how much the book was wrong.

    Raises:
        BadQuantity: below zero.
        UnknownSku: no such item.
    """
    if counted < 0:
        raise BadQuantity(f"a shelf holds no fewer than 0 pieces, not {counted}")
    await lock(session, [sku])
    place = location or await fullest(session, sku)
    level = (await levels(session, sku)).get(place)
    difference = counted - (level.on_hand if level else 0)
    if difference:
        await _post_on_hand(
            session,
            sku,
            difference,
            cause=Cause.COUNTED,
            who=who,
            note=note,
            location=place,
            now=now,
        )
    return difference


async def _post_on_hand(
    session: AsyncSession,
    sku: Sku,
    quantity: int,
    *,
    cause: Cause,
    who: str,
    note: str,
    location: LocationId | None = None,
    now: datetime,
) -> Position:
    posting = Posting(
        sku=sku,
        location=location or await fullest(session, sku),
        on_hand=quantity,
        cause=cause,
        source="counter",
        reference=who,
        happened_at=now,
        note=note,
    )
    return (await post(session, [posting], now=now))[sku]


def _positive(quantity: int) -> None:
    if quantity <= 0:
        raise BadQuantity(f"name a positive number of pieces, not {quantity}")
