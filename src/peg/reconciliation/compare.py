"""Name the difference between what an offer shows, what we expect and what it should show: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from peg.catalog.expectation import Expectation
from peg.domain.offer import Reading, RemoteOffer, Shelf, Target
from peg.intake.shelf_seen import writes_shelves
from peg.marketplaces.port import UnreadableOffer


class CauseClass(StrEnum):
    """Why an offer differs."""

    IN_FLIGHT = "in_flight"  # a push is under way, or waits for its proof
    ASKED = "asked"  # a question about it is open: nothing happens before a person has answered
    PAUSED = "paused"  # a person stopped writes to its shop
    REFUSED = "refused"  # its marketplace refuses to change it
    MISSING = "missing"  # fewer than expected: a sale not seen yet, or a person
    EXTRA = "extra"  # more than expected: a person, or a sale that our write covered
    GHOST = "ghost"  # on sale although withdrawn, or deleted before
    OFF_SALE = "off_sale"  # taken off sale by a person
    GONE = "gone"  # deleted on the marketplace
    NOT_SHOWN = "not_shown"  # as expected, but not what it should show, and nobody was at it
    NOT_IMPORTED = "not_imported"  # on the marketplace, unknown to PEG
    NOT_MATCHED = "not_matched"  # imported, and nobody has said which piece it is
    NOT_TRACKED = "not_tracked"  # Shopify does not count it, so it cannot be kept true
    SELLS_ON = "sells_on"  # Shopify sells it on when none is left, whatever it shows
    UNREADABLE = "unreadable"  # what the marketplace tells of it lacks what it must have


class Action(StrEnum):
    """What was done about it."""

    WAIT = "wait"
    HOLD = "hold"  # a suspense hold on all channels
    DOUBT = "doubt"  # to be seen twice before it is believed
    PUSH = "push"  # driven to its target again
    ASK = "ask"
    REPORT = "report"


DONE_BY_OTHERS = frozenset(
    {CauseClass.MISSING, CauseClass.EXTRA, CauseClass.OFF_SALE, CauseClass.GONE}
)
"""What is taken for the doing of a person or a buyer."""


NOT_KEPT = frozenset(
    {
        CauseClass.NOT_IMPORTED,
        CauseClass.NOT_MATCHED,
        CauseClass.NOT_TRACKED,
        CauseClass.SELLS_ON,
    }
)
"""What PEG cannot keep true: told of, and no sign that its figure is wrong."""


UNDER_OUR_HANDS = NOT_KEPT | {CauseClass.IN_FLIGHT, CauseClass.ASKED, CauseClass.PAUSED}
"""What differs since PEG is about to write it, or waits for a person: no sign of anything wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference, with what it was seen from."""

    cause: CauseClass
    action: Action
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Why an offer does not show its newest target yet, and what is done meanwhile."""

    cause: CauseClass
    action: Action
    evidence: Mapping[str, Any] = field(default_factory=dict)


UNDER_WAY = Behind(cause=CauseClass.IN_FLIGHT, action=Action.WAIT)


def compare(
    reading: Reading,
    known: Mapping[str, Expectation],
    target: Target | None,
    *,
    behind: Behind | None = None,
) -> Difference | None:
    """The difference of one offer, or None when it shows what it should.

    The order of the questions matters: what a person or a buyer did comes before what we failed
    to do, and a push under way explains a difference from the target, never one from what we know.
    """
    evidence = _evidence(reading, known, target)
    if reading.shelf is Shelf.GONE:
        return Difference(cause=CauseClass.GONE, action=Action.REPORT, evidence=evidence)
    if any(row.pending is not None for row in known.values()):
        return Difference(cause=CauseClass.IN_FLIGHT, action=Action.WAIT, evidence=evidence)
    found = _from_shelf(reading, known) or _from_figures(reading, known)
    if found is not None:
        return Difference(cause=found[0], action=found[1], evidence=evidence)
    if target is None or _shows(reading, target):
        return None
    if behind is not None:
        evidence |= behind.evidence
        return Difference(cause=behind.cause, action=behind.action, evidence=evidence)
    return Difference(cause=CauseClass.NOT_SHOWN, action=Action.PUSH, evidence=evidence)


def there_again(
    reading: Reading, known: Mapping[str, Expectation], target: Target | None
) -> Difference | None:
    """It was deleted, and stands on a page: PEG sees to it again; None where nobody can buy it."""
    if reading.shelf is not Shelf.LISTED:
        return None
    evidence = _evidence(reading, known, target)
    return Difference(cause=CauseClass.GHOST, action=Action.PUSH, evidence=evidence)


def not_imported(remote: RemoteOffer) -> Difference:
    """It stands on the marketplace, and the book knows nothing of it."""
    return _reported(CauseClass.NOT_IMPORTED, remote)


def deleted(listing: str, sku: str) -> Difference:
    """It stands on no page, and its marketplace says that it exists no more."""
    evidence = {"listing": listing, "sku": sku}
    return Difference(cause=CauseClass.GONE, action=Action.REPORT, evidence=evidence)


def not_readable(odd: UnreadableOffer) -> Difference:
    """What its marketplace tells of it lacks what it must have."""
    evidence = {"listing": odd.listing, "sku": odd.sku, "why": odd.why}
    return Difference(cause=CauseClass.UNREADABLE, action=Action.REPORT, evidence=evidence)


def not_matched(remote: RemoteOffer) -> Difference:
    """Nobody knows which piece it sells: what it shows can be neither right nor wrong."""
    return _reported(CauseClass.NOT_MATCHED, remote)


def not_tracked(remote: RemoteOffer) -> Difference:
    """The marketplace does not count it: no figure that it shows could be true."""
    return _reported(CauseClass.NOT_TRACKED, remote)


def sold_on(remote: RemoteOffer) -> Difference:
    """It shows what it should, and is sold on when that is nothing."""
    return _reported(CauseClass.SELLS_ON, remote)


def _reported(cause: CauseClass, remote: RemoteOffer) -> Difference:
    evidence = {"listing": remote.ref.listing, "sku": remote.sku}
    return Difference(cause=cause, action=Action.REPORT, evidence=evidence)


def _from_shelf(
    reading: Reading, known: Mapping[str, Expectation]
) -> tuple[CauseClass, Action] | None:
    before = next((row.shelf for row in known.values()), reading.shelf)
    if before is Shelf.SWITCHED_OFF and reading.shelf is not before:
        return None  # a person switched it on again
    if reading.shelf is Shelf.LISTED and before is not Shelf.LISTED:
        return CauseClass.GHOST, Action.PUSH
    switched_off = reading.shelf is Shelf.SWITCHED_OFF is not before
    if switched_off or (reading.shelf is Shelf.WITHDRAWN and before is Shelf.LISTED):
        return CauseClass.OFF_SALE, Action.ASK
    return None


def _from_figures(
    reading: Reading, known: Mapping[str, Expectation]
) -> tuple[CauseClass, Action] | None:
    if reading.shelf is not Shelf.LISTED and writes_shelves(reading.ref):
        return None  # it keeps whatever number it had
    seen = {place: part.available for place, part in reading.parts.items()}
    if any(seen.get(place, 0) < row.quantity for place, row in known.items()):
        return CauseClass.MISSING, Action.HOLD
    if any(seen.get(place, 0) > row.quantity + row.may_rise for place, row in known.items()):
        return CauseClass.EXTRA, Action.DOUBT
    return None


def _shows(reading: Reading, target: Target) -> bool:
    shown = reading.shown()
    return all(shown.get(place, 0) == wanted for place, wanted in target.quantities.items())


def _evidence(
    reading: Reading, known: Mapping[str, Expectation], target: Target | None
) -> dict[str, Any]:
    return {
        "shown": reading.shown(),
        "shelf": reading.shelf.value,
        "expected": {place: row.quantity for place, row in known.items()},
        "target": dict(target.quantities) if target else None,
    }
