"""What must be written to bring an offer from what it shows to its target: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from peg.catalog.mirror import Expectation
from peg.domain.identity import OfferRef
from peg.domain.offer import Shelf, Target
from peg.marketplaces.port import Write


class Move(Enum):
    """In which direction an offer has to go."""

    NONE = "none"  # it shows its target
    LOWER = "lower"  # some figure must come down: now, and without proof
    RAISE = "raise"  # figures only go up: with proof
    LOOK = "look"  # a write got no answer: read before deciding
    UNDER_WAY = "under_way"  # another write is being sent: its answer first
    WAIT = "wait"  # the marketplace may put a piece back by itself: see first


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The move, and the figures to change for it."""

    move: Move
    writes: tuple[Write, ...] = ()


def plan_figures(ref: OfferRef, target: Target, known: Mapping[str, Expectation]) -> Plan:
    """Plan for a marketplace that compares and sets each figure by itself (Shopify).

    Lowering never waits for raising: where one place goes down and another up, only the lowering
    is planned; the raise follows with its proof.
    """
    if any(row.unanswered for row in known.values()):
        return Plan(move=Move.LOOK)
    if any(row.pending is not None for row in known.values()):
        return Plan(move=Move.UNDER_WAY)
    changes = [
        Write(ref=ref, place=place, basis=row.quantity, quantity=target.quantities.get(place, 0))
        for place, row in sorted(known.items())
        if row.quantity != target.quantities.get(place, 0)
    ]
    lower = tuple(write for write in changes if write.quantity < write.basis)
    if lower:
        return Plan(move=Move.LOWER, writes=lower)
    if not changes:
        return Plan(move=Move.NONE)
    if any(row.may_rise for row in known.values()):
        return Plan(move=Move.WAIT)
    return Plan(move=Move.RAISE, writes=tuple(changes))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One offer of a listing: what it should show, and what it is believed to show.

    An offer that nobody mapped is left as it is: `wanted` equals what it shows.
    """

    wanted: int
    known: Expectation


def plan_listing(sides: Mapping[OfferRef, Side]) -> ListingMove:
    """Plan for a marketplace that only takes a whole listing, unconditionally.

    >>> plan_listing({})
    <ListingMove.NONE: 'none'>
    """
    if any(side.known.unanswered for side in sides.values()):
        return ListingMove.LOOK
    if any(side.known.pending is not None for side in sides.values()):
        return ListingMove.UNDER_WAY
    on_sale = any(side.known.shelf is Shelf.LISTED for side in sides.values())
    wanted = any(side.wanted for side in sides.values())
    if not wanted:
        showing = on_sale and any(side.known.quantity for side in sides.values())
        return ListingMove.WITHDRAW if showing else ListingMove.NONE
    if on_sale and any(side.wanted < side.known.quantity for side in sides.values()):
        return ListingMove.LOWER
    return _upwards(sides, on_sale=on_sale)


def _upwards(sides: Mapping[OfferRef, Side], *, on_sale: bool) -> ListingMove:
    if on_sale and all(side.wanted == side.known.quantity for side in sides.values()):
        return ListingMove.NONE
    if any(side.known.may_rise for side in sides.values()):
        return ListingMove.WAIT
    return ListingMove.RAISE if on_sale else ListingMove.RESTORE
