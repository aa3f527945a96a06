"""What lies in the drawer: the practice shops' truth, of which PEG knows nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from marketsim.market import EditedByHand, InPerson, OfferChanged, Returned, Sold
from marketsim.pieces import PieceId
from marketsim.truth.diary import Entry
from marketsim.world import World

QUIET = timedelta(minutes=15)
"""So long after anything happened to a piece its owner is sure that all has been told of it."""


class Drawer:
    """The owner opens it and looks."""

    def __init__(self, world: World) -> None:
        self._world = world

    def unsold(self, piece: PieceId) -> int:
        """Pieces that nobody has bought; below zero where more was sold than there was."""
        return self._world.truth.remaining[piece]

    def pieces(self) -> list[PieceId]:
        """All that there ever were, in a stable order."""
        return sorted(self._world.truth.remaining)

    def lie_there(self, piece: PieceId) -> int:
        """All that a count finds: those that are sold and not yet shipped too."""
        return self.unsold(piece) + self._to_be_shipped()[piece]

    def waits_for_its_parcel(self, piece: PieceId) -> bool:
        """Whether somebody has bought one that is still there."""
        return self._to_be_shipped()[piece] > 0

    def is_quiet(self, piece: PieceId, *, of: tuple[type, ...] = ()) -> bool:
        """Whether nothing happened to a piece for a while; nothing of these kinds, if any."""
        wanted = of or (Sold, Returned, EditedByHand, InPerson)
        return not any(
            isinstance(one.happening, wanted)
            for one in self._since(piece, self._world.clock.now() - QUIET)
        )

    def taken_since(self, piece: PieceId, moment: datetime) -> int | None:
        """Pieces that left since then and are not back; None where hands have edited meanwhile."""
        gone: Counter[str] = Counter()
        for entry in self._since(piece, moment):
            happening = entry.happening
            count = dict(happening.parts)[piece]
            match happening:
                case Sold():
                    gone[f"{happening.market} {happening.order}"] += happening.quantity * count
                case Returned(restocked=True):
                    order = f"{happening.market} {happening.order}"
                    gone[order] -= min(gone[order], happening.quantity * count)
                case InPerson(delta=delta) if delta < 0:
                    gone["in person"] -= delta
                case EditedByHand():
                    return None
        return gone.total()

    def sold_by(self, market: str, order: str, line: str) -> Mapping[PieceId, int]:
        """What one line of an order took; nothing where nobody knows of it."""
        for known, number, told in self._lines():
            if (known, number, _number(str(told["id"]))) == (market, order, line):
                return dict(self._world.market(market).units()[told["unit"]])
        return {}

    def _since(self, piece: PieceId, moment: datetime) -> list[Entry]:
        """What happened to a piece since then, but for what shops show of it; oldest first."""
        found = []
        for entry in reversed(self._world.truth.diary):
            if entry.happening.at < moment:
                break
            if piece in entry.remaining and not isinstance(entry.happening, OfferChanged):
                found.append(entry)
        return found[::-1]

    def _to_be_shipped(self) -> Counter[PieceId]:
        waiting: Counter[PieceId] = Counter()
        for market, _, line in self._lines():
            for piece, count in self._world.market(market).units()[line["unit"]]:
                waiting[piece] += count * line["open"]
        return waiting

    def _lines(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Every line of every order, with how many of it are still to be shipped."""
        for order in self._world.market("shopify").truth()["orders"]:
            for line in order["lines"]:
                told = {**line, "open": line["unfulfilled"]}
                yield "shopify", _number(order["id"]), told
        for receipt in self._world.market("etsy").truth()["receipts"]:
            closed = receipt["shipped"] or receipt["status"] == "canceled"
            for line in receipt["lines"]:
                told = {**line, "open": 0 if closed else line["quantity"]}
                yield "etsy", str(receipt["id"]), told


def _number(name: str) -> str:
    """`gid://shopify/Order/17` goes by 17."""
    return name.rsplit("/", 1)[-1]
