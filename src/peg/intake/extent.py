"""How far a change of very many offers went, in one sentence: pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, ShopId
from peg.intake.surprises import Surprise, What

EXAMPLES = 3


def sentence_of(
    shop: ShopId, met: Sequence[Surprise], known: Mapping[OfferId, Offer], *, of: int
) -> tuple[str, dict[str, Any]]:
    """What to ask about the shop, and the figures behind it."""
    counts = {word: sum(_word(one) == word for one in met) for word in _WORDS}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    offers = len({one.offer for one in met})
    examples = [f"{known[one.offer].name!r}: {_change(one)}" for one in met[:EXAMPLES]]
    sentence = (
        f"{offers} of {of} offers of {shop} were changed within minutes, and no order tells why:"
        f" {told} ({'; '.join(examples)}). Nothing of that is believed, and nothing the shop sells"
        " is raised anywhere, until you say whether it was meant. What is sold is still taken off"
    )
    evidence = {"offers": offers, "of": of, "counts": counts, "examples": examples}
    return sentence, evidence


_WORDS = ("show fewer", "show more", "were taken off sale", "were deleted")


def _word(one: Surprise) -> str:
    fewer, more, off_sale, gone = _WORDS
    match one.what:
        case What.OFF_SALE:
            return off_sale
        case What.GONE:
            return gone
        case _:
            return more if one.pieces > 0 else fewer


def _change(one: Surprise) -> str:
    match one.what:
        case What.OFF_SALE:
            return "off sale"
        case What.GONE:
            return "deleted"
        case _:
            return f"{one.base} became {one.base + one.pieces}"
