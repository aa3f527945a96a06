"""The mirror: what each marketplace is believed to show, from all that is known.

Every change raises the row's `version`, so that a reading that began before it can be told apart.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import locations, tables
from peg.catalog.expectation import Expectation
from peg.catalog.offers import KEYS_PER_QUERY_MAX, Offer
from peg.db.transaction import execute_all, insert_or_ignore, require_transaction, upsert_all
from peg.domain.identity import POOL, LocationId, OfferId, ShopId
from peg.domain.offer import ANYWHERE, Reading, Shelf

_NO_LONGER_OPEN: Mapping[str, Any] = {"pending": None, "unanswered": False, "sending_at": None}
_WAS_SENT: Mapping[str, Any] = {
    **_NO_LONGER_OPEN,
    "sent_at": func.coalesce(tables.mirror.c.sending_at, tables.mirror.c.sent_at),
}

_EXPECTED = select(tables.mirror).where(
    tables.mirror.c.offer.in_(bindparam("offers", expanding=True))
)
"""Built once: everybody asks for it, and building takes longer than asking."""


async def expected_of(
    session: AsyncSession, wanted: Sequence[OfferId]
) -> dict[OfferId, dict[str, Expectation]]:
    """The expectations of some offers, by place."""
    found: dict[OfferId, dict[str, Expectation]] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY_MAX):
        part = wanted[start : start + KEYS_PER_QUERY_MAX]
        for row in (await session.execute(_EXPECTED, {"offers": part})).mappings():
            fields = {name: row[name] for name in Expectation.__dataclass_fields__}
            fields["shelf"] = Shelf(row["shelf"])
            found.setdefault(OfferId(row["offer"]), {})[row["place"]] = Expectation(**fields)
    return found


async def versions_of_shop(session: AsyncSession, shop: ShopId) -> dict[OfferId, dict[str, int]]:
    """The versions of a whole shop's rows."""
    query = (
        select(tables.mirror.c.offer, tables.mirror.c.place, tables.mirror.c.version)
        .join(tables.offers, tables.offers.c.id == tables.mirror.c.offer)
        .where(tables.offers.c.shop == shop)
    )
    found: dict[OfferId, dict[str, int]] = {}
    for row in await session.execute(query):
        found.setdefault(OfferId(row.offer), {})[row.place] = row.version
    return found


async def on_sale(session: AsyncSession) -> Mapping[ShopId, tuple[int, int]]:
    """How many offers each shop shows to buyers, and how many pieces; those deleted are not."""
    mine = tables.mirror.c
    query = (
        select(tables.offers.c.shop, func.count(mine.offer.distinct()), func.sum(mine.quantity))
        .join(tables.offers, tables.offers.c.id == mine.offer)
        .where(mine.shelf == Shelf.LISTED, mine.quantity > 0, ~tables.offers.c.gone)
        .group_by(tables.offers.c.shop)
    )
    return {ShopId(shop): (many, pieces) for shop, many, pieces in await session.execute(query)}


async def begin_with(session: AsyncSession, readings: Mapping[OfferId, Reading]) -> None:
    """Believe the first readings of offers, as import does."""
    require_transaction(session)
    known = await expected_of(session, list(readings))
    rows = [
        {
            "offer": offer,
            "place": place,
            "quantity": part.available,
            "reserved": part.reserved,
            "shelf": reading.shelf.value,
            "may_rise": 0,
            "may_rise_until": None,
            "rise_unsure": False,
            "pending": None,
            "sold_since": 0,
            "unanswered": False,
            "version": 1 + max((row.version for row in known.get(offer, {}).values()), default=0),
            "seen_at": reading.begun_at,
        }
        for offer, reading in readings.items()
        for place, part in reading.parts.items()
        if part.stocked
    ]
    await upsert_all(session, tables.mirror, rows, ["offer", "place"])


async def open_place(session: AsyncSession, offer: Offer, place: str, shelf: Shelf) -> Expectation:
    """The marketplace has begun to stock an offer at another place: we know of nothing there."""
    require_transaction(session)
    await locations.link_unnamed(session, offer.ref.shop, place)
    row = {"offer": offer.id, "place": place, "quantity": 0, "shelf": shelf.value, "version": 1}
    await session.execute(insert_or_ignore(session, tables.mirror).values(row))
    return (await expected_of(session, [offer.id]))[offer.id][place]


async def close_place(session: AsyncSession, offer: OfferId, place: str) -> None:
    """The marketplace stocks the offer there no more, and nothing of it is expected there."""
    require_transaction(session)
    mine = (tables.mirror.c.offer == offer) & (tables.mirror.c.place == place)
    await session.execute(delete(tables.mirror).where(mine))


async def note_off_already(
    session: AsyncSession, offer: OfferId, place: str, pieces: int, *, since: datetime
) -> None:
    """Fewer are shown, `since` then by its clock, and none is left to hold for their order."""
    off = tables.mirror.c.off_already + pieces
    await change(session, offer, place, off_already=off, off_since=since)


async def note_taken(
    session: AsyncSession, offer: OfferId, place: str, pieces: int, *, placed_by: datetime
) -> None:
    """The marketplace has taken pieces off by itself, for an order placed by then.

    Those that a reading after it has shown to be off are off already. It may take some at a place
    where it never showed any: then it shows less than none there.
    """
    believed = (await expected_of(session, [offer])).get(offer, {}).get(place)
    if believed is not None and believed.off_since and placed_by <= believed.off_since:
        off = min(pieces, believed.off_already)
        pieces -= off
        await change(session, offer, place, off_already=believed.off_already - off)
    known = await change(
        session,
        offer,
        place,
        quantity=tables.mirror.c.quantity - pieces,
        sold_since=tables.mirror.c.sold_since + pieces,
    )
    if known:
        return
    rows = (await expected_of(session, [offer])).get(offer, {})
    shelf = next((row.shelf for row in rows.values()), Shelf.LISTED)
    row = {"offer": offer, "place": place, "quantity": -pieces, "shelf": shelf.value, "version": 1}
    await session.execute(insert(tables.mirror).values(row))


async def note_sending(
    session: AsyncSession, offer: OfferId, place: str, quantity: int, *, now: datetime
) -> None:
    """A write is about to be sent: from now on its figure would be our own."""
    await change(
        session, offer, place, pending=quantity, sold_since=0, unanswered=False, sending_at=now
    )


async def note_sending_all(
    session: AsyncSession, pending: Mapping[OfferId, int], *, now: datetime
) -> None:
    """`note_sending` for the offers of a listing that is written as a whole, unconditionally."""
    require_transaction(session)
    statement = (
        update(tables.mirror)
        .where(tables.mirror.c.offer == bindparam("of"), tables.mirror.c.place == ANYWHERE)
        .values(
            pending=bindparam("figure"),
            sold_since=0,
            unanswered=False,
            sending_at=now,
            version=tables.mirror.c.version + 1,
        )
    )
    rows = [{"of": offer, "figure": figure} for offer, figure in pending.items()]
    await execute_all(session, statement, rows)


async def note_unanswered(session: AsyncSession, offer: OfferId, place: str) -> None:
    """The write got no answer: the next reading tells whether it was applied."""
    await change(session, offer, place, unanswered=True)


async def note_not_sent(session: AsyncSession, offer: OfferId, place: str) -> None:
    """The write was refused: nothing was changed."""
    await change(session, offer, place, **_NO_LONGER_OPEN)


async def note_compared_and_set(
    session: AsyncSession, offer: OfferId, place: str, *, delta: int, now: datetime
) -> None:
    """A conditional write was applied: the figure moved by `delta` from whatever it is now.

    A sale may have been taken in while the answer was on its way: the difference keeps it.
    """
    quantity = tables.mirror.c.quantity + delta
    await change(session, offer, place, quantity=quantity, written_at=now, **_WAS_SENT)


async def note_rewritten(
    session: AsyncSession, offer: OfferId, reading: Reading, *, now: datetime
) -> None:
    """A listing was written as a whole, and read back as this."""
    quantity = reading.parts[ANYWHERE].available
    await change(
        session,
        offer,
        ANYWHERE,
        quantity=quantity,
        shelf=reading.shelf.value,
        written_at=now,
        **_WAS_SENT,
    )


async def note_seen(session: AsyncSession, offer: OfferId, place: str, quantity: int) -> None:
    """A reading showed this figure, and what it means was acted on.

    It tells that a write without an answer was applied, or cannot tell that it was not.
    """
    await change(session, offer, place, quantity=quantity, **_WAS_SENT)


async def note_shelf(session: AsyncSession, offer: OfferId, shelf: Shelf) -> None:
    """The whole offer went on or off sale."""
    require_transaction(session)
    await session.execute(
        update(tables.mirror)
        .where(tables.mirror.c.offer == offer)
        .values(shelf=shelf.value, version=tables.mirror.c.version + 1)
    )


async def note_readings(
    session: AsyncSession, readings: Mapping[OfferId, Reading], *, now: datetime
) -> None:
    """Keep what readings tell beside their figures: reservations, the shelf, when it was."""
    require_transaction(session)
    statement = (
        update(tables.mirror)
        .where(tables.mirror.c.offer == bindparam("of"), tables.mirror.c.place == bindparam("at"))
        .values(reserved=bindparam("kept"), shelf=bindparam("on"), seen_at=now)
    )
    rows = [
        {"of": offer, "at": place, "kept": part.reserved, "on": reading.shelf.value}
        for offer, reading in readings.items()
        for place, part in reading.parts.items()
    ]
    await execute_all(session, statement, rows)


async def note_settled(session: AsyncSession, begun_at: Mapping[OfferId, datetime]) -> None:
    """Readings begun then showed that the last writes covered none of the sales told before."""
    require_transaction(session)
    statement = (
        update(tables.mirror)
        .where(tables.mirror.c.offer == bindparam("of"), tables.mirror.c.place == ANYWHERE)
        .values(settled_at=bindparam("at"))
    )
    await execute_all(session, statement, [{"of": of, "at": at} for of, at in begun_at.items()])


async def places_of(
    session: AsyncSession, wanted: Sequence[Offer]
) -> Mapping[OfferId, Mapping[str, LocationId | None]]:
    """Each offer's places with the location of ours; None where the channel has no locations."""
    known = await expected_of(session, [offer.id for offer in wanted])
    linked = {
        shop: await locations.of_shop(session, shop)
        for shop in sorted({offer.ref.shop for offer in wanted})
    }
    return {
        offer.id: {
            place: None if place == ANYWHERE else linked[offer.ref.shop].get(place, POOL)
            for place in known.get(offer.id, {})
        }
        for offer in wanted
    }


async def location_of(session: AsyncSession, offer: Offer, place: str) -> LocationId:
    """Our location of an offer's place; the pool where the channel has none."""
    linked = await locations.of_shop(session, offer.ref.shop)
    return linked.get(place, POOL)


async def change(session: AsyncSession, offer: OfferId, place: str, **values: Any) -> bool:
    """Change what is believed of one place; a reading that began before is outdated by it.

    Returns whether anything was believed of it.
    """
    require_transaction(session)
    found = await session.scalar(
        update(tables.mirror)
        .where(tables.mirror.c.offer == offer, tables.mirror.c.place == place)
        .values(version=tables.mirror.c.version + 1, **values)
        .returning(tables.mirror.c.offer)
    )
    return found is not None
