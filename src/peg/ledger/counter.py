"""What happens away from the marketplaces: sold in person, received, counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.errors import BadQuantity, ErrorKind, PegError
from peg.domain.identity import POOL, LocationId, Sku
from peg.domain.stock import Cause
from peg.ledger import explaining, pieces_asked, reservations, told_twice
from peg.ledger.book import Position, Posting, lock, post
from peg.ledger.cases import COUNTER
from peg.ledger.places import fullest, put_away, spread
from peg.ledger.queries import levels
from peg.ledger.told_twice import Told

EXPLAINED = "missed on a marketplace, told of at the counter"


class SeveralPlaces(PegError):
    """A count without its place, of an item that lies at more than one."""

    kind: ClassVar[ErrorKind] = "refused"

    def __init__(self, sku: Sku, places: Mapping[LocationId, int]) -> None:
        lies = ", ".join(f"{pieces} at {place}" for place, pieces in sorted(places.items()))
        super().__init__(
            f"{sku} lies at several places ({lies}): say with `--at` which you counted"
        )


async def sell(
    session: AsyncSession,
    sku: Sku,
    quantity: int,
    *,
    hold: int | None = None,
    who: str,
    note: str = "",
    location: LocationId | None = None,
    now: datetime,
) -> Position:
    """Sold in person and handed over: a fact, which posts below zero too and then opens a case.

    Args:
        session: the task's transaction.
        sku: the item.
        quantity: whole pieces.
        hold: the number of a hold that kept them for this buyer; it is used up first.
        who: who sold them.
        note: for people.
        location: where they lay, as far as the book has some there; what a hold kept leaves from
            where it was kept, from there first.
        now: when.

    Raises:
        BadQuantity: not a positive number.
        UnknownSku: no such item.
        NoSuchHold: the hold is over, or keeps another item.
    """
    _positive(quantity)
    await reservations.expire_due(session, sku, now=now)

    def sold(pieces: int, place: LocationId) -> Posting:
        return _posting(sku, -pieces, place, cause=Cause.COUNTER_SALE, who=who, note=note, now=now)

    postings = []
    if hold is not None:
        kept = await reservations.use_up(session, hold, sku, quantity, first=location, now=now)
        postings += [
            replace(sold(pieces, place), reserved=-pieces) for place, pieces in kept.items()
        ]
        quantity -= sum(kept.values())
    missed, explained = await _explain(session, sku, quantity, who=who, now=now)
    await lock(session, {sku, *(posting.sku for posting in explained)})
    lies = dict(missed) if location is None else {}
    rest = quantity - sum(lies.values())
    for place, pieces in (await spread(session, sku, rest, first=location)).items():
        lies[place] = lies.get(place, 0) + pieces
    postings += [sold(pieces, place) for place, pieces in lies.items()]
    return (await post(session, [*postings, *explained], now=now))[sku]


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

    Those that somebody has just typed into a shop are counted once, and she is asked; where no
    place is named they lie where the shop showed them.

    Raises:
        BadQuantity: not a positive number.
        UnknownSku: no such item.
    """
    _positive(quantity)
    await lock(session, [sku])
    told = Told(sku=sku, pieces=quantity, what=told_twice.RECEIVED, at=now)
    twice = await told_twice.find(session, told, first=location)
    put = Counter({location: quantity} if location else twice.places)
    if not location:
        put.update(await put_away(session, sku, quantity - twice.pieces))
    postings = [
        _posting(sku, pieces, place, cause=Cause.RECEIVED, who=who, note=note, now=now)
        for place, pieces in put.items()
    ]
    postings += await twice.taken_back(session, before=postings)
    after = (await post(session, postings, now=now))[sku]
    await twice.ask(session, more=quantity)
    return after


async def count(
    session: AsyncSession,
    sku: Sku,
    counted: int,
    *,
    sent: int = 0,
    who: str,
    note: str = "",
    location: LocationId | None = None,
    now: datetime,
) -> int:
    """What really lies on the shelf; returns by how much the book was wrong.

    If it is less, that is where pieces went that shops show too few of.

    Args:
        session: the task's transaction.
        sku: the item.
        counted: what lies there.
        sent: pieces that have left though no shop has told so yet: what it tells then takes them
            off.
        who: who counted.
        note: for people.
        location: which place; needed where the item lies at several.
        now: when.

    Raises:
        BadQuantity: below zero, or more were sent than are sold and not known to have left.
        SeveralPlaces: it lies at several, and none was named.
        UnknownSku: no such item.
    """
    if counted < 0:
        raise BadQuantity(f"a shelf holds no fewer than 0 pieces, not {counted}")
    await lock(session, [sku])
    known = await levels(session, sku)
    lies = {place: level.on_hand for place, level in known.items()}
    filled = {place: pieces for place, pieces in lies.items() if pieces}
    if location is None and len(filled) > 1:
        raise SeveralPlaces(sku, filled)
    place = location or next(iter(filled), None) or await fullest(session, sku)
    unsent = sum(level.committed for level in known.values())
    if not 0 <= sent <= unsent:
        raise BadQuantity(f"{unsent} of {sku} are sold and not known to have left, not {sent}")
    difference = counted + sent - lies.get(place, 0)
    posting = _posting(sku, difference, place, cause=Cause.COUNTED, who=who, note=note, now=now)
    _, explained = await _explain(session, sku, max(0, -difference), who=who, now=now)
    if filled.keys() <= {place}:
        await post(session, [posting, *explained], now=now)
        await pieces_asked.settle_by_count(session, sku, now=now)
    elif difference > 0:
        await _found_more(session, posting)
    else:
        await post(session, [posting, *explained], now=now)
    return difference


async def _found_more(session: AsyncSession, counted: Posting) -> None:
    """At one place of several: somebody may have typed those into a shop, which put them elsewhere.

    Etsy knows no places.
    """
    place, now = counted.location, counted.happened_at
    what = f"more counted at {place}"
    told = Told(sku=counted.sku, pieces=counted.on_hand, what=what, at=now)
    twice = await told_twice.find(session, told, but_at=place)
    back = await twice.taken_back(session, before=[counted], is_counted=True)
    await post(session, [counted, *back], now=now)
    await twice.ask(session, more=counted.on_hand)


async def _explain(
    session: AsyncSession, sku: Sku, pieces: int, *, who: str, now: datetime
) -> tuple[Mapping[LocationId, int], Sequence[Posting]]:
    """Use up what was missed of an item: where its pieces lay, as far as a shop told, and entries.

    A piece that is missed on several shops is one piece.
    """
    lay: dict[LocationId, int] = {}
    postings = []
    for released in await explaining.explain_in_person(session, sku, pieces, now=now):
        for one in released:
            entry = _posting(
                one.sku, 0, one.location, cause=Cause.EXPLAINED, who=who, note=EXPLAINED, now=now
            )
            postings.append(replace(entry, suspended=-one.suspended))
            if one.sku == sku and one.location != POOL:
                lay[one.location] = max(lay.get(one.location, 0), one.suspended)
    return _at_most(pieces, lay), postings


def _at_most(pieces: int, lay: Mapping[LocationId, int]) -> Mapping[LocationId, int]:
    found = {}
    for place, there in sorted(lay.items()):
        if share := min(there, pieces):
            found[place] = share
            pieces -= share
    return found


def _posting(
    sku: Sku,
    on_hand: int,
    location: LocationId,
    *,
    cause: Cause,
    who: str,
    note: str,
    now: datetime,
) -> Posting:
    return Posting(
        sku=sku,
        location=location,
        on_hand=on_hand,
        cause=cause,
        source=COUNTER,
        reference=who,
        happened_at=now,
        note=note,
    )


def _positive(quantity: int) -> None:
    if quantity <= 0:
        raise BadQuantity(f"name a positive number of pieces, not {quantity}")
