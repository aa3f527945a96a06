"""What the jeweller of a rehearsal sees in her drawer, and sells where: the practice shops' record.

PEG is told nothing of it but by what she says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from peg.catalog import proposals
from peg.catalog.proposals import KeptProposal
from peg.cli.demo.practice import Control
from peg.cli.demo.units import Key, key_of_offer, key_of_unit
from peg.db.transaction import reading
from peg.wiring.peg import Peg

QUIET = timedelta(seconds=20)
"""So long after anything happened to a piece all has been told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """One look at it.

    Attributes:
        lie_there: of each piece, how many nobody has bought.
        touched_at: when something last happened to a piece.
        edited: pieces whose figure a hand has typed over on a shop.
        sold: by offer, the pieces that one sale of it takes.
    """

    at: datetime
    lie_there: Mapping[str, int]
    touched_at: Mapping[str, datetime]
    edited: frozenset[str]
    sold: Mapping[Key, Mapping[str, int]]

    def unsold(self, piece: str) -> int:
        """How many could be sold."""
        return self.lie_there[piece]

    def is_untouched(self, piece: str) -> bool:
        """Whether nothing ever happened to a piece."""
        return piece not in self.touched_at

    def is_quiet(self, piece: str) -> bool:
        """Whether nobody could take what she does for something else.

        What a hand has typed off on a shop could be the very piece that she sells.
        """
        touched_at = self.touched_at.get(piece)
        return piece not in self.edited and (touched_at is None or self.at - touched_at > QUIET)

    def piece_of_pair(self, pair: KeptProposal) -> str | None:
        """The piece that both offers of a pair sell, one of it at a time; None if it is wrong."""
        shopify, etsy = (self.sold.get(key_of_offer(one), {}) for one in (pair.shopify, pair.etsy))
        if shopify != etsy or list(shopify.values()) != [1]:
            return None
        return next(iter(shopify))

    def is_in_a_set(self, piece: str) -> bool:
        """Whether an offer sells it together with others."""
        return any(piece in parts and len(parts) > 1 for parts in self.sold.values())


async def look(control: Control) -> Drawer:
    """Open it."""
    happened = (await control.read("happenings"))["happenings"]
    moved = [told for told in happened if told["what"] != "shown"]
    units = (await control.read("units"))["units"]
    return Drawer(
        at=datetime.fromisoformat((await control.read("clock"))["now"]),
        lie_there={
            row["piece"]: row["remaining"] for row in (await control.read("pieces"))["pieces"]
        },
        touched_at={
            piece: datetime.fromisoformat(told["at"]) for told in moved for piece in told["pieces"]
        },
        edited=frozenset(_edited(moved)),
        sold={key_of_unit(unit): unit["pieces"] for unit in units},
    )


async def right_pairs(peg: Peg, control: Control) -> Sequence[tuple[KeptProposal, str]]:
    """Proposed pairs that are one piece, each with it; none of a piece that sets take too."""
    drawer = await look(control)
    async with reading(peg.ground.database) as session:
        waiting = await proposals.open_proposals(session)
    found = [(pair, drawer.piece_of_pair(pair)) for pair in waiting]
    return [(pair, piece) for pair, piece in found if piece and not drawer.is_in_a_set(piece)]


def _edited(moved: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    return [piece for told in moved if told["what"] == "edited" for piece in told["pieces"]]
