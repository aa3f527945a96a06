"""What each operation costs in points, learned from what the shop says: the formula is its own."""

from collections.abc import Mapping
from typing import Any

FIRST_GUESS_POINTS = 50.0


class Costs:
    """The requested cost of each operation by how much it asks for: admission goes by that."""

    def __init__(self) -> None:
        self._known: dict[str, dict[int, float]] = {}

    def guess(self, operation: str, variables: Mapping[str, Any]) -> float:
        """Points to have ready before sending.

        Known for as much, or for more; else what the largest so far cost, by what is asked for.
        """
        known, size = self._known.get(operation, {}), _size(variables)
        if not known:
            return FIRST_GUESS_POINTS
        as_large = [asked for asked in known if asked >= size]
        if as_large:
            return known[min(as_large)]
        largest = max(known)
        return known[largest] * size / largest

    def learn(self, operation: str, variables: Mapping[str, Any], points: float) -> None:
        """What the shop has said that it asked for."""
        self._known.setdefault(operation, {})[_size(variables)] = points


def _size(variables: Mapping[str, Any]) -> int:
    """How many things are asked for: the page's size and the lengths of all lists; one at least."""
    first = variables.get("first")
    lists = sum(len(value) for value in variables.values() if isinstance(value, list))
    return max(1, lists + (first if isinstance(first, int) else 0))
