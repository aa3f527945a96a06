"""What is for sale now: the offers that should be shown, by what they sell and where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import offers
from peg.catalog.offers import Offer
from peg.domain.identity import ShopId, Sku
from peg.propagation import board, withheld
from peg.propagation.board import Standing
from peg.propagation.retarget import aims_unwithheld
from peg.propagation.targets import Aim
from peg.shops import directory


@dataclass(frozen=True, slots=True)
class OnSale:
    """Offers that can be bought, or could if nothing withheld them."""

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

    def sold_together(self) -> Mapping[Sku, frozenset[Sku]]:
        """The items of sets, each with those it is a set with."""
        found: dict[Sku, frozenset[Sku]] = {}
        for offer in self.offers:
            parts = frozenset(part.sku for part in offer.components)
            for sku in parts if len(parts) > 1 else ():
                found[sku] = found.get(sku, frozenset()) | parts - {sku}
        return found


async def on_sale(session: AsyncSession) -> OnSale:
    """All that is shown where buyers can come.

    What is only withheld is among them: it is for sale as soon as the cause is gone. What waits for
    its proof, a fee or a person is not.
    """
    selling = await directory.selling(session)
    live = [
        one
        for one in await offers.everything(session)
        if one.ref.shop in selling and one.components and not one.gone and not one.parked
    ]
    ids = [one.id for one in live]
    standings = await board.standings(session, ids)
    held = await withheld.of_offers(session, ids)
    aims = await aims_unwithheld(session, [one for one in live if one.id in held])
    return OnSale([one for one in live if _is_shown(standings.get(one.id), aims.get(one.id))])


def _is_shown(standing: Standing | None, unwithheld: Aim | None) -> bool:
    if unwithheld is not None:
        return unwithheld.listed and standing is not None and standing.refused_at is None
    return standing is not None and not standing.dirty and standing.target.total > 0
