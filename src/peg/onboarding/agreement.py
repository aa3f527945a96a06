"""How many pieces there are, from what each shop shows of the same item. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peg.domain.identity import BOOK, MAIN, SALES, LocationId, ShopId
from peg.domain.offer import ANYWHERE, Reading, Shelf
from peg.onboarding.sold_unmatched import SoldUnmatched, without_the_others


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One shop's offer of an item: its reading, and which of our places its places are."""

    shop: ShopId
    reading: Reading
    places: Mapping[str, LocationId]

    @property
    def counts_by_place(self) -> bool:
        """Whether the shop says where its pieces lie."""
        return ANYWHERE not in self.reading.parts

    @property
    def speaks(self) -> bool:
        """Whether its figure tells of pieces: a listing off sale keeps whatever number it had."""
        return self.counts_by_place or self.reading.shelf in {Shelf.LISTED, Shelf.SOLD_OUT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Where how many pieces may be sold, and what each shop said.

    While the shops disagree, `available` adds up to the lowest of their figures. Below none it is
    where more was sold than there was: the book opens a case then.
    """

    available: Mapping[LocationId, int]
    said: Mapping[ShopId, int]

    @property
    def total(self) -> int:
        """Pieces that may be sold, wherever they lie."""
        return sum(self.available.values())

    @property
    def disagrees(self) -> bool:
        """Whether a person must be asked."""
        return len(set(self.said.values())) > 1


def agree(
    sides: Sequence[Side],
    *,
    booked: int | None = None,
    history: Mapping[ShopId, SoldUnmatched] | None = None,
) -> Agreement:
    """The pieces of one item, place by place.

    The shop that counts by place says where they lie; the lowest figure says how many they are.

    Args:
        sides: what shops show of it.
        booked: what the book has of an item that is known already: a voice like a shop's. Below
            none where more was sold than there was.
        history: what each shop sold since PEG has known all of these offers, where it has.
    """
    speaking = [side for side in sides if side.speaks]
    if not speaking and booked is None:
        speaking = list(sides)
    said = {side.shop: side.reading.pieces for side in speaking}
    if history:
        said = _with_sales(said, history)
    if booked is not None:
        said[BOOK] = max(0, booked)
    total = min(said.values(), default=0)
    if booked is not None and booked < 0:
        total = min(total, booked)
    counted = next((side for side in speaking if side.counts_by_place), None)
    if counted is None:
        return Agreement(available={MAIN: total}, said=said)
    return Agreement(available=_add_up_to(total, lies(counted)), said=said)


def _with_sales(
    said: Mapping[ShopId, int], history: Mapping[ShopId, SoldUnmatched]
) -> dict[ShopId, int]:
    """What the shops would show if they knew of each other's sales, where that is all there is.

    Elsewhere their own figures, and as one more voice the lowest that may be left: shops that sold
    as many each show the same, and too much.
    """
    known = without_the_others(said, history)
    if known.certain and len(set(known.figures.values())) == 1:
        return dict(known.figures)
    left = max(0, min(known.figures.values(), default=0))
    return {**said, SALES: left} if left < min(said.values(), default=0) else dict(said)


def lies(side: Side) -> Mapping[LocationId, int]:
    """How many pieces a shop shows at which of our places; none for one that knows no places."""
    found: dict[LocationId, int] = {}
    for place, part in side.reading.parts.items():
        if place != ANYWHERE:
            location = side.places.get(place, MAIN)
            found[location] = found.get(location, 0) + max(0, part.available)
    return found


def _add_up_to(total: int, there: Mapping[LocationId, int]) -> dict[LocationId, int]:
    """Take what is too much off the fullest places; what lies nowhere, off the fullest of all."""
    left = dict(there)
    excess = sum(left.values()) - total
    fullest_first = sorted(left, key=lambda location: (-left[location], location))
    for location in fullest_first:
        less = min(max(0, excess), left[location])
        left[location] -= less
        excess -= less
    if total < 0:
        fullest = next(iter(fullest_first), MAIN)
        left[fullest] = left.get(fullest, 0) + total
    return left
