"""Everything that happened to stock, in order: what a judge needs who believes no app."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketsim.market import EditedByHand, Happening, InPerson, OfferChanged, Returned, Sold
from marketsim.pieces import PieceId

KEPT_ENTRIES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One happening.

    Attributes:
        showed: what visitors could buy of the unit before it.
        remaining: of each of its pieces, on the shelf after it.
    """

    happening: Happening
    showed: int
    remaining: Mapping[PieceId, int]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        happening = self.happening
        return {
            "at": happening.at.isoformat(),
            "market": happening.market,
            "unit": happening.unit,
            "pieces": dict(happening.parts),
            "remaining": dict(self.remaining),
            **_what(happening, self.showed),
        }


def _what(happening: Happening, showed: int) -> dict[str, Any]:
    match happening:
        case Sold(order=order, quantity=quantity):
            return {"what": "sold", "order": order, "quantity": quantity}
        case Returned(order=order, quantity=quantity, restocked=restocked):
            back = {"order": order, "quantity": quantity, "restocked": restocked}
            return {"what": "returned", **back}
        case EditedByHand(delta=delta):
            return {"what": "edited", "delta": delta}
        case InPerson(delta=delta):
            return {"what": "in_person", "delta": delta}
        case OfferChanged(buyable=buyable, by=by):
            return {"what": "shown", "before": showed, "buyable": buyable, "by": by}
