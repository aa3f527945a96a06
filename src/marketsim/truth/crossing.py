"""A sale between an app's proof and the arrival of its raise: nobody could have known of it.

A proof is what the marketplaces themselves have answered: every other offer of the same pieces read
and then the orders of its side, all of it a short while ago. A raise without one is no such case,
and neither is one on a proof that has grown old, or beside a sale that the app was shown.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from marketsim.market import InPerson, OfferChanged, Sold
from marketsim.pieces import MarketName, PieceId
from marketsim.seen import Seen
from marketsim.truth.records import Offer

PROVED_WITHIN = timedelta(minutes=2)
CROSSED_WITHIN = timedelta(seconds=5)
"""A sale that is older was told by its webhook, or the app is slow: then it has to look again."""

ON_ITS_WAY = timedelta(seconds=1)
"""The app is told of a sale in person as it happens; no write that was sent can be called back."""


class Crossings:
    """The sales of the last moments, and what the app had been shown by then."""

    def __init__(self) -> None:
        self.seen: dict[MarketName, Seen] = {}
        self._sales: deque[Sold | InPerson] = deque()

    def note(self, sale: Sold | InPerson) -> None:
        """A sale that a raise may be crossing now."""
        self._sales.append(sale)
        while self._sales[0].at < sale.at - CROSSED_WITHIN:
            self._sales.popleft()

    def explain(
        self, raised: OfferChanged, remaining: Mapping[PieceId, int], offers: Iterable[Offer]
    ) -> bool:
        """Whether nothing but sales that the app could not know of makes the raise too much.

        `offers` are all of the same pieces.
        """
        unknown = list(self._unknown(raised))
        before = min(
            (remaining[piece] + _taken(unknown, piece)) // count for piece, count in raised.parts
        )
        return raised.buyable <= before and self._is_proved(offers, raised.at)

    def _unknown(self, raised: OfferChanged) -> Iterator[Sold | InPerson]:
        """Sales of other offers, since the app was last shown theirs and the orders."""
        for sale in self._sales:
            if isinstance(sale, InPerson):
                if raised.at - sale.at <= ON_ITS_WAY:
                    yield sale
                continue
            seen = self.seen.get(sale.market)
            if seen is None or (sale.market, sale.unit) == (raised.market, raised.unit):
                continue
            is_recent = raised.at - sale.at <= CROSSED_WITHIN
            if is_recent and not seen.may_know_of(sale.order, sale.unit, sale.at):
                yield sale

    def _is_proved(self, offers: Iterable[Offer], at: datetime) -> bool:
        proved = [
            self.seen[offer.market].proved_at(offer.unit) if offer.market in self.seen else None
            for offer in offers
            if offer.tracked
        ]
        return bool(proved) and all(
            when is not None and at - when <= PROVED_WITHIN for when in proved
        )


def _taken(sales: Iterable[Sold | InPerson], piece: PieceId) -> int:
    return sum(
        count * (-sale.delta if isinstance(sale, InPerson) else sale.quantity)
        for sale in sales
        for name, count in sale.parts
        if name == piece
    )
