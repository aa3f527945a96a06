"""How many pieces there are, from what each shop shows of the same item. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peg.domain.identity import BOOK, MAIN, LocationId, ShopId
from peg.domain.offer import ANYWHERE, Reading, Shelf


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

    @property
    def total(self) -> int:
        """Pieces over all its places; oversold ones count as none."""
        if self.reading.shelf is Shelf.SOLD_OUT:
            return 0
        return sum(max(0, part.available) for part in self.reading.parts.values())


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
    sold_since: Mapping[ShopId, int] | None = None,
) -> Agreement:
    """The pieces of one item, place by place.

    The shop that counts by place says where they lie; the lowest figure says how many they are.

    Args:
        sides: what shops show of it.
        booked: what the book has of an item that is known already: a voice like a shop's.
        sold_since: what each has sold, and shows no more, since PEG has known all of these offers;
            none of them knows of what the others sold.
    """
    speaking = [side for side in sides if side.speaks]
    if not speaking and booked is None:
        speaking = list(sides)
    said = {side.shop: side.total for side in speaking}
    if booked is not None:
        said[BOOK] = booked
    said = _explained(said, sold_since or {})
    total = min(said.values(), default=0)
    counted = next((side for side in speaking if side.counts_by_place), None)
    if counted is None:
        return Agreement(available={MAIN: total}, said=said)
    return Agreement(available=_add_up_to(total, lies(counted)), said=said)


def _explained(said: dict[ShopId, int], sold: Mapping[ShopId, int]) -> dict[ShopId, int]:
    """What each shop would show if it knew what the others sold, where that alone explains it all.

    Then all of them showed as many before. That is never more than the lowest of their figures, and
    less than none where more was sold than there was. Shops that sold as many each show the same,
    and know of each other no more for that.
    """
    before = {figure + sold.get(shop, 0) for shop, figure in said.items()}
    if len(before) != 1:
        return said
    return dict.fromkeys(said, before.pop() - sum(sold.get(shop, 0) for shop in said))


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
