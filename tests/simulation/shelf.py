"""The book against the shelf, piece by piece: what was forgotten hides from every other look.

A sale that is not in the book, and an order that counts twice, show nowhere else: both shops agree
with the book. Only whoever counts the pieces sees it.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from marketsim.market import (
    EditedByHand,
    Happening,
    InPerson,
    OfferChanged,
    Returned,
    Sold,
    UnitId,
)
from marketsim.pieces import PieceId
from marketsim.truth import Truth

UNSETTLED = timedelta(seconds=600)
"""So soon after a write to Etsy, which takes no condition, more may be a sale that it covered: what
a person typed in then looks the same, and is not believed."""

CROSSED = timedelta(seconds=60)
"""A raise may cross what was taken elsewhere since its proof was read."""

NEVER = datetime.min.replace(tzinfo=UTC)


def differences(
    book: sqlite3.Connection,
    truth: Truth,
    names: Mapping[str, str],
    *,
    cancelled: Collection[str],
) -> Iterator[str]:
    """What the book allows of each piece, where that is not what lies there.

    Where a person is asked the lower figure holds: the book may allow fewer, never more.

    Args:
        names: by piece, the SKU that the book knows it by.
        cancelled: orders of Etsy's, which tells of these that their pieces are back.
    """
    allows = dict(book.execute(AVAILABLE).fetchall())
    asked = _asked(book)
    untold, never_there = _untold(truth, cancelled), _never_there(truth)
    for piece, sku in sorted(names.items()):
        lies, known = truth.remaining[PieceId(piece)], allows.get(sku, 0)
        lies += never_there[PieceId(piece)]
        if known > lies or (known < lies - untold[PieceId(piece)] and sku not in asked):
            yield f"the book allows {known} of {sku}, there are {lies}"


def raised_too_high(truth: Truth, change: OfferChanged) -> bool:
    """Whether this write, the newest happening, raised an offer above what anybody knew of."""
    last = truth.diary[-1]
    showed = last.showed if last.happening is change else 0
    known = truth.allowed(change.parts) + _crossing(truth, change)
    return change.buyable > max(showed, known)


def _crossing(truth: Truth, change: OfferChanged) -> int:
    """Units of it that other offers lost shortly before: a write may not know of them yet.

    What was sold of this offer itself does not count: whoever writes with a condition, or reads
    first, has seen it. What a person takes off Etsy just before the write nobody can.
    """
    taken: Counter[PieceId] = Counter()
    for entry in reversed(truth.diary):
        happening = entry.happening
        if happening.at < change.at - CROSSED:
            break
        elsewhere = (happening.market, happening.unit) != (change.market, change.unit)
        if elsewhere or (happening.market == "etsy" and isinstance(happening, EditedByHand)):
            taken.update(_taken(happening))
    return max(-(-taken[piece] // count) for piece, count in change.parts)


def _taken(happening: Happening) -> Mapping[PieceId, int]:
    match happening:
        case Sold(quantity=units):
            return _pieces(happening.parts, units)
        case EditedByHand(delta=delta) | InPerson(delta=delta) if delta < 0:
            return _pieces(happening.parts, -delta)
    return {}


def edited(truth: Truth, parts: Iterable[tuple[PieceId, int]], since: datetime) -> bool:
    """Whether a person has changed the figure of one of these pieces since then."""
    wanted = {piece for piece, _ in parts}
    for entry in reversed(truth.diary):
        if entry.happening.at < since:
            return False
        if isinstance(entry.happening, EditedByHand) and wanted & entry.remaining.keys():
            return True
    return False


def _asked(book: sqlite3.Connection) -> set[str]:
    """SKUs of which a person is asked, by themselves or through an offer of theirs."""
    subjects = {str(subject) for (subject,) in book.execute(ASKED)}
    parts = book.execute("SELECT offer, sku FROM components").fetchall()
    return subjects | {sku for offer, sku in parts if str(offer) in subjects}


def _untold(truth: Truth, cancelled: Collection[str]) -> Counter[PieceId]:
    """Pieces of which the book cannot know that they are there."""
    more: Counter[PieceId] = Counter()
    written: dict[str, datetime] = {}
    for entry in truth.diary:
        match entry.happening:
            case Returned(market="etsy", restocked=True, order=order) as refund:
                if order not in cancelled:  # it has no word for a piece that a buyer sent back
                    more.update(_pieces(refund.parts, refund.quantity))
            case OfferChanged(market="etsy", by="app" | "blind app") as write:
                written[_listing(write.unit)] = write.at
            case EditedByHand(market="etsy") as edit if edit.delta > 0:
                if edit.at - written.get(_listing(edit.unit), NEVER) <= UNSETTLED:
                    more.update(_pieces(edit.parts, edit.delta))
    return more


def _never_there(truth: Truth) -> Counter[PieceId]:
    """Pieces that a person took off a figure when none was left: a ghost, put back by hand.

    The practice shops take them off the shelf once more; nobody else can.
    """
    fewer: Counter[PieceId] = Counter()
    for entry in truth.diary:
        match entry.happening:
            case EditedByHand(delta=delta) if delta < 0:
                below = {piece: max(0, -left) for piece, left in entry.remaining.items()}
                fewer.update({piece: min(-delta, gone) for piece, gone in below.items()})
    return fewer


def _listing(unit: UnitId) -> str:
    return unit.split("/")[0]


def _pieces(parts: Iterable[tuple[PieceId, int]], units: int) -> dict[PieceId, int]:
    return {piece: count * units for piece, count in parts}


AVAILABLE = """
SELECT sku, on_hand - committed - reserved - safety_stock - suspended FROM positions
"""
ASKED = """
SELECT subject FROM questions WHERE answered_at IS NULL
UNION SELECT value FROM questions, json_each(options)
    WHERE answered_at IS NULL AND kind = 'which_piece'
UNION SELECT sku FROM cases WHERE closed_at IS NULL
UNION SELECT sku FROM suspense WHERE closed_at IS NULL
UNION SELECT sku FROM holds WHERE ended_at IS NULL
"""
