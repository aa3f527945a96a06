"""At which of a shop's places each unit of an order's line counts: pure.

Fulfillment orders tell from where a unit is shipped, refunds to where it came back. What neither
tells keeps no place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

from peg.domain.order import STATES, Share


class States(TypedDict):
    """How many units of a line are in each state."""

    committed: int
    shipped: int
    restocked: int
    written_off: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Units of a line that ship from one place: those that wait there, and those that left."""

    place: str
    waiting: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """Units of a line that were restocked at a place, after they had left some place or before."""

    place: str
    units: int
    had_left: bool


def shares_of(line: States, shipments: Iterable[Shipment], back: Iterable[Back]) -> Sequence[Share]:
    """The line's units by place; every place that was ever named for it stands among them."""
    return _Sorting(line).sort(list(shipments), list(back))


class _Sorting:
    """Takes units out of the line's four heaps and lays them to places."""

    def __init__(self, line: States) -> None:
        self._heap = {
            "committed": line["committed"],
            "shipped": line["shipped"],
            "restocked": line["restocked"],
            "written_off": line["written_off"],
        }
        self._at: dict[str, dict[str, int]] = {}
        self._left: dict[str, int] = {}

    def sort(self, shipments: Sequence[Shipment], back: Sequence[Back]) -> Sequence[Share]:
        for shipment in shipments:
            self._lay(shipment.place, "committed", shipment.waiting)
            self._left[shipment.place] = self._left.get(shipment.place, 0) + shipment.left
        for one in back:
            self._restock(one)
        # Shopify may count what was moved on to another place at the older one still.
        for place, left in reversed(list(self._left.items())):
            self._left[place] -= self._lay(place, "shipped", left)
        for place, left in self._left.items():
            self._lay(place, "written_off", left)
        shares = [Share.of(place, figures) for place, figures in self._at.items()]
        return [*shares, Share.of(None, self._heap)]

    def _restock(self, one: Back) -> None:
        """What came back to another place than it left has gone from there, and is more here."""
        units = self._lay(one.place, "restocked", one.units)
        if not one.had_left:
            return
        from_here = min(units, self._left.get(one.place, 0))
        if from_here:
            self._left[one.place] -= from_here
        from_elsewhere = min(units - from_here, sum(self._left.values()))
        self._at[one.place]["shipped"] -= from_elsewhere
        self._heap["shipped"] += from_elsewhere

    def _lay(self, place: str, state: str, wanted: int) -> int:
        here = self._at.setdefault(place, dict.fromkeys(STATES, 0))
        units = max(0, min(wanted, self._heap[state]))
        here[state] += units
        self._heap[state] -= units
        return units
