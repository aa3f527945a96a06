"""What buyers can buy now: the offers that should be shown, by what they sell and where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import ShopId, Sku
from peg.propagation import board
from peg.propagation.board import Standing
from peg.shops import directory


@dataclass(frozen=True, slots=True)
class OnSale:
    """Offers that can be bought."""

    offers: Sequence[Offer]

    def count(self, shop: ShopId) -> int:
        """How many of them a shop has."""
        return sum(one.ref.shop == shop for one in self.offers)

    def pieces(self) -> Mapping[Sku, Mapping[ShopId, Sequence[Offer]]]:
        """Items that more than one shop sells, with their offers there, sets among them."""
        found: dict[Sku, dict[ShopId, list[Offer]]] = defaultdict(lambda: defaultdict(list))
        for offer in self.offers:
            for part in offer.components:
                found[part.sku][offer.ref.shop].append(offer)
        return {sku: found[sku] for sku in sorted(found) if len(found[sku]) > 1}


async def on_sale(session: AsyncSession) -> OnSale:
    """All that should be shown where buyers can come, and what its marketplace lets PEG change."""
    selling = await directory.selling(session)
    live = [
        one
        for one in await offers.everything(session)
        if one.ref.shop in selling and one.components and not one.gone and not one.parked
    ]
    standings = await board.standings(session, [one.id for one in live])
    return OnSale([one for one in live if _is_shown(standings.get(one.id))])


def _is_shown(standing: Standing | None) -> bool:
    if standing is None or (standing.dirty and standing.refused_at is not None):
        return False
    return standing.target.total > 0
