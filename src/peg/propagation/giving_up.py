"""How an order gives up pieces that it cannot have: whole, in part, or by a person's hand. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from peg.domain.claim import Claim, Part
from peg.domain.identity import Channel, ShopId
from peg.domain.money import Money
from peg.shops.directory import Shop, Status
from peg.shops.scopes import CANCELLING

ON_ETSY = "Etsy lets no program cancel an order"
NOT_GRANTED = (
    f"the app was not granted {CANCELLING}: grant it in Shopify's Dev Dashboard and connect"
    " again (by the browser with `--may-cancel`, at /connect with its box ticked), and PEG can"
)
UNREACHABLE = "its shop is not connected"
IN_A_SET = "what takes the piece is a set, or a line that PEG is not sure of"
SENT_IN_PART = "a part of the same line was sent, and Shopify would take that back instead"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """What an order does not get.

    Attributes:
        pieces: so many of the case's.
        units: what leaves the order, by line; empty where all of it does.
        pays_back: what its buyer has paid for that, as far as the book knows.
        by_hand: why PEG cannot do it, if so.
    """

    claim: Claim
    pieces: int
    units: Mapping[str, int] = field(default_factory=dict)
    pays_back: Money | None = None
    by_hand: str = ""

    @property
    def keeps_the_rest(self) -> bool:
        """Whether its buyer still gets something."""
        return self.claim.takes_more or self.claim.sent_some or self.pieces < self.claim.waiting


def give_up(
    lose: Sequence[Claim], shops: Mapping[ShopId, Shop], *, missing: int
) -> Sequence[GivenUp]:
    """What each of the losers gives up: together no fewer pieces than are missing.

    Args:
        lose: in the policy's order, the best first: who comes last gives up most.
        shops: those that PEG knows.
        missing: pieces that those who wait lack.
    """
    given: list[GivenUp] = []
    left = missing
    for claim in reversed(lose):
        if left <= 0:
            break
        one = _of(claim, shops.get(claim.shop), pieces=min(claim.waiting, left))
        left -= one.pieces
        given.append(one)
    return given[::-1]


def _of(claim: Claim, shop: Shop | None, *, pieces: int) -> GivenUp:
    whole = GivenUp(claim=claim, pieces=pieces, pays_back=claim.whole)
    if not whole.keeps_the_rest:
        return GivenUp(
            claim=claim, pieces=pieces, pays_back=claim.whole, by_hand=_no_way(claim, shop)
        )
    chosen = list(_chosen(claim.parts, pieces))
    taken = sum(units * part.pieces_each for part, units in chosen)
    worth = _worth(chosen)
    if (why := _no_way(claim, shop)) or taken < pieces:
        why = why or (SENT_IN_PART if claim.sent_some else IN_A_SET)
        return GivenUp(claim=claim, pieces=pieces, pays_back=worth, by_hand=why)
    units = {part.line: many for part, many in chosen}
    return GivenUp(claim=claim, pieces=taken, units=units, pays_back=worth)


def _no_way(claim: Claim, shop: Shop | None) -> str:
    """Why PEG may do nothing to an order; empty where it may."""
    if claim.channel is Channel.ETSY:
        return ON_ETSY
    if shop is None or shop.status is not Status.CONNECTED:
        return UNREACHABLE
    return "" if CANCELLING in shop.scopes else NOT_GRANTED


def _chosen(parts: Sequence[Part], pieces: int) -> Iterator[tuple[Part, int]]:
    """Units of which lines, so that so many pieces are free; a unit may take more than one."""
    left = pieces
    for part in sorted(parts, key=lambda one: (one.pieces_each, one.line)):
        units = min(part.units, -(-left // part.pieces_each))
        if left > 0 and units:
            left -= units * part.pieces_each
            yield part, units


def _worth(chosen: Sequence[tuple[Part, int]]) -> Money | None:
    prices = [part.price for part, _ in chosen if part.price is not None]
    if not prices or len(prices) < len(chosen):
        return None
    minor = sum(part.price.minor * units for part, units in chosen if part.price is not None)
    return Money(minor, prices[0].currency)
