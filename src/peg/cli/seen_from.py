"""What a difference from the book was seen from, in a jeweller's words."""

from collections.abc import Mapping
from typing import Any

from peg.domain.offer import ANYWHERE, Shelf

ON_THE_SHELF = {
    Shelf.WITHDRAWN: "off sale there",
    Shelf.SOLD_OUT: "sold out there",
    Shelf.SWITCHED_OFF: "switched off there",
    Shelf.GONE: "deleted there",
}
NAMES = {"listing": "listing", "sku": "SKU", "question": "question", "pause": "writing is paused:"}
"""Of what is not worded by itself; whatever is not named here goes by its own name."""


def seen_from(evidence: Mapping[str, Any], places: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences about one offer.

    Args:
        evidence: as a comparison keeps it.
        places: what the shop calls its places, by its ids.

    >>> seen_from({"shown": {"7": 1}, "expected": {"7": 1}, "target": {"7": 2}}, {"7": "Atelier"})
    ('it shows 1 at Atelier, as PEG left it, and should show 2 at Atelier',)
    """
    left = {name: told for name, told in evidence.items() if told not in (None, "")}
    shelf = ON_THE_SHELF.get(left.pop("shelf", Shelf.LISTED))
    found = [shelf] if shelf else []
    figures = {name: left.pop(name) for name in ("shown", "expected", "target") if name in left}
    if "shown" in figures:
        told = {name: _figures(figure, places) for name, figure in figures.items()}
        found.append(_compared(told["shown"], told.get("expected"), told.get("target")))
    why = left.pop("why", None)
    found += [f"{NAMES.get(name, name)} {told}" for name, told in left.items()]
    return tuple(found + ([str(why)] if why else []))


def _compared(shown: str, expected: str | None, target: str | None) -> str:
    """What a shop shows, what PEG knew of it, and what it should show."""
    as_left = {None: "", shown: ", as PEG left it"}.get(expected, f", where PEG left {expected}")
    if target is None:
        return f"it shows {shown}{as_left}"
    should = "should" if target == shown else f"should show {target}"
    return f"it shows {shown}{as_left}, and {should}"


def _figures(pieces: Any, places: Mapping[str, str]) -> str:
    if not isinstance(pieces, Mapping):
        return str(pieces)
    told = [
        str(many) if place == ANYWHERE else f"{many} at {places.get(place, f'place {place}')}"
        for place, many in pieces.items()
    ]
    return " and ".join(told) or "nothing"
