"""How many pieces there are, from what each shop shows of the same item. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peg.domain.identity import MAIN, LocationId, ShopId
from peg.domain.offer import ANYWHERE, Reading, Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One shop's offer of an item: its reading, and which of our places its places are."""

    shop: ShopId
    reading: Reading
    places: Mapping[str, LocationId]

    @property
    def speaks(self) -> bool:
        """Whether its figure tells of pieces: a listing off sale keeps whatever number it had."""
        counts_by_place = ANYWHERE not in self.reading.parts
        return counts_by_place or self.reading.shelf in {Shelf.LISTED, Shelf.SOLD_OUT}

    @property
    def total(self) -> int:
        """Pieces over all its places; oversold ones count as none."""
        if self.reading.shelf is Shelf.SOLD_OUT:
            return 0
        return sum(max(0, part.available) for part in self.reading.parts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Where how many pieces may be sold, and what each shop said.

    While the shops disagree, `available` adds up to the lowest of their figures.
    """

    available: Mapping[LocationId, int]
    said: Mapping[ShopId, int]

    @property
    def disagrees(self) -> bool:
        """Whether a person must be asked."""
        return len(set(self.said.values())) > 1


def agree(sides: Sequence[Side]) -> Agreement:
    """The pieces of one item, place by place.

    The shop that counts by place says where they lie; the lowest figure says how many they are.
    """
    speaking = [side for side in sides if side.speaks] or list(sides)
    said = {side.shop: side.total for side in speaking}
    total = min(said.values(), default=0)
    counted = next((side for side in speaking if ANYWHERE not in side.reading.parts), None)
    if counted is None:
        return Agreement(available={MAIN: total}, said=said)
    lies: dict[LocationId, int] = {}
    for place, part in counted.reading.parts.items():
        location = counted.places.get(place, MAIN)
        lies[location] = lies.get(location, 0) + max(0, part.available)
    return Agreement(available=_lowered(lies, total), said=said)


def _lowered(lies: Mapping[LocationId, int], total: int) -> dict[LocationId, int]:
    """Take what is too much off the fullest places."""
    left = dict(lies)
    excess = sum(left.values()) - total
    for location in sorted(left, key=lambda location: (-left[location], location)):
        less = min(max(0, excess), left[location])
        left[location] -= less
        excess -= less
    return left
