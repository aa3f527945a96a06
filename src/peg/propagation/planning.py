"""What must be written to bring an offer from what it shows to its target: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from peg.catalog.expectation import Expectation
from peg.domain.identity import OfferRef
from peg.domain.offer import Shelf, Target
from peg.intake.surprises import NOT_HELD, Held
from peg.marketplaces.port import Write


class Move(Enum):
    """In which direction an offer has to go."""

    NONE = "none"  # it shows its target
    LOWER = "lower"  # some figure must come down: now, and without proof
    RAISE = "raise"  # figures only go up: with proof
    LOOK = "look"  # a write got no answer: read before deciding
    UNDER_WAY = "under_way"  # another write is being sent: its answer first
    WAIT = "wait"  # the marketplace may put a piece back by itself: see first
    HELD = "held"  # a person is asked about the shop: only what is sold comes off


def tempered(wanted: int, known: int, base: int | None) -> int:
    """What to write to a place that somebody changed while very many were: `known` is left alone.

    But what the book has none of comes off, and so does what was sold since: the target is below
    the `base` that it showed by the book before. None: nobody changed it.

    >>> tempered(5, 9, base=5), tempered(4, 9, base=5), tempered(0, 9, base=0), tempered(5, 9, None)
    (9, 4, 0, 5)
    """
    changed_by_others_only = base is not None and wanted >= base and wanted > 0
    return known if changed_by_others_only else wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The move, and the figures to change for it."""

    move: Move
    writes: tuple[Write, ...] = ()


def plan_figures(
    ref: OfferRef, target: Target, known: Mapping[str, Expectation], held: Held = NOT_HELD
) -> Plan:
    """Plan for a marketplace that compares and sets each figure by itself (Shopify).

    Lowering never waits for raising: where one place goes down and another up, only the lowering
    is planned; the raise follows with its proof.
    """
    first = _comes_first(known, held)
    if first is not None:
        return Plan(move=first)
    aims = {place: target.quantities.get(place, 0) for place in known}
    wanted = {
        place: tempered(aims[place], row.quantity, held.bases.get(place))
        for place, row in known.items()
    }
    changes = [
        Write(ref=ref, place=place, basis=row.quantity, quantity=wanted[place])
        for place, row in sorted(known.items())
        if row.quantity != wanted[place]
    ]
    lower = tuple(write for write in changes if write.quantity < write.basis)
    if lower:
        return Plan(move=Move.LOWER, writes=lower)
    if not changes:
        return Plan(move=Move.NONE if wanted == aims else Move.HELD)
    if any(row.may_rise for row in known.values()):
        return Plan(move=Move.WAIT)
    return Plan(move=Move.RAISE, writes=tuple(changes))


def _comes_first(known: Mapping[str, Expectation], held: Held) -> Move | None:
    """What must be over before anything else is sent."""
    if held.gone:
        return Move.HELD
    if any(row.unanswered for row in known.values()):
        return Move.LOOK
    if any(row.pending is not None for row in known.values()):
        return Move.UNDER_WAY
    return None


class ListingMove(Enum):
    """What a whole listing needs (Etsy)."""

    NONE = "none"
    WITHDRAW = "withdraw"
    LOWER = "lower"
    RAISE = "raise"
    RESTORE = "restore"
    LOOK = "look"
    UNDER_WAY = "under_way"
    WAIT = "wait"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One offer of a listing: what it should show, and what it is believed to show.

    An offer that nobody mapped is left as it is: `wanted` equals what it shows. So does one whose
    change a person is asked about: then it is `held`.
    """

    wanted: int
    known: Expectation
    held: bool = False

    @property
    def switched_off(self) -> bool:
        """Whether a person has switched off this one alone: it is left so, with its figure."""
        return self.known.shelf is Shelf.SWITCHED_OFF


def plan_listing(sides: Mapping[OfferRef, Side]) -> ListingMove:
    """Plan for a marketplace that only takes a whole listing, unconditionally.

    >>> plan_listing({})
    <ListingMove.NONE: 'none'>
    """
    if any(side.known.unanswered for side in sides.values()):
        return ListingMove.LOOK
    if any(side.known.pending is not None for side in sides.values()):
        return ListingMove.UNDER_WAY
    sides = {ref: side for ref, side in sides.items() if not side.switched_off}
    if any(side.held for side in sides.values()) and _is_as_wanted(sides):
        return ListingMove.HELD
    on_sale = any(side.known.shelf is Shelf.LISTED for side in sides.values())
    wanted = any(side.wanted for side in sides.values())
    if not wanted:
        showing = on_sale and any(side.known.quantity for side in sides.values())
        return ListingMove.WITHDRAW if showing else ListingMove.NONE
    if on_sale and any(side.wanted < side.known.quantity for side in sides.values()):
        return ListingMove.LOWER
    return _upwards(sides, on_sale=on_sale)


def _is_as_wanted(sides: Mapping[OfferRef, Side]) -> bool:
    return all(side.wanted == side.known.quantity for side in sides.values())


def _upwards(sides: Mapping[OfferRef, Side], *, on_sale: bool) -> ListingMove:
    if on_sale and _is_as_wanted(sides):
        return ListingMove.NONE
    if any(side.known.may_rise for side in sides.values()):
        return ListingMove.WAIT
    return ListingMove.RAISE if on_sale else ListingMove.RESTORE
