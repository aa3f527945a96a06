"""What shops sold of a piece while nobody knew that they share it: none lowered the other. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from peg.domain.identity import ShopId


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldUnmatched:
    """What one shop did with a piece since PEG first found its offer.

    Attributes:
        first: pieces that it showed then; None: PEG could not tell.
        sold: pieces that it has sold since, and shows no more.
        unheard: those of them that were sold when PEG knew the others' offers too.
    """

    first: int | None
    sold: int = 0
    unheard: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What each shop would show if all of them knew of all sales.

    Attributes:
        figures: by shop. Less than none where more was sold than there was.
        certain: sales alone made the figures what they are, or nothing is taken off the lowest.
    """

    figures: Mapping[ShopId, int]
    certain: bool


def without_the_others(said: Mapping[ShopId, int], history: Mapping[ShopId, SoldUnmatched]) -> Left:
    """Take off each shop's figure what the others sold, but for what a person took off already.

    A figure that is lower than the first one less the shop's own sales was lowered by hand: most
    likely for a sale elsewhere. One that is higher was raised, and whoever did that may have
    known of all sales.
    """
    figures, by_hand = {}, set[int | None]()
    for shop, figure in said.items():
        there = history[shop]
        lowered = None if there.first is None else there.first - there.sold - figure
        elsewhere = sum(one.unheard for other, one in history.items() if other != shop)
        figures[shop] = figure - max(0, elsewhere - max(0, lowered or 0))
        by_hand.add(lowered)
    takes_off = min(figures.values()) < min(said.values())
    return Left(figures=figures, certain=not takes_off or by_hand == {0})
