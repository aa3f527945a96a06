"""Pieces that lie where a shop does not stock them: it knows the place, and shows none there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import locations, mirror, offers
from peg.catalog.offers import Offer
from peg.domain.identity import Channel, Sku
from peg.ledger import queries

ADVICE = "in its admin open the product, its inventory, and stock it there too: then PEG shows them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstocked:
    """Pieces of one offer that its shop does not show, by the place's name there."""

    offer: Offer
    place: str
    pieces: int

    def __str__(self) -> str:
        shop = self.offer.ref.channel.value.title()
        return (
            f"{shop} does not stock {self.offer.title!r} at {self.place}, where {self.pieces} lie"
        )


async def unstocked(
    session: AsyncSession, skus: Sequence[Sku] | None = None
) -> Sequence[Unstocked]:
    """Of every offer, or of those that sell these items alone; only places count, no pools."""
    wanted = (
        await offers.everything(session) if skus is None else await offers.of_skus(session, skus)
    )
    mine = [
        offer
        for offer in wanted
        if offer.ref.channel is Channel.SHOPIFY
        and offer.tracked
        and not offer.gone
        and len(offer.components) == 1
    ]
    levels = await queries.levels_of(session, sorted({one.components[0].sku for one in mine}))
    places = await mirror.places_of(session, mine)
    known = await locations.everything(session)
    return [
        Unstocked(offer=offer, place=place.name, pieces=pieces)
        for offer in mine
        for place in known
        if place.shop == offer.ref.shop
        and place.location not in places[offer.id].values()
        and (level := levels.get(offer.components[0].sku, {}).get(place.location)) is not None
        and (pieces := level.available // offer.components[0].quantity) > 0
    ]
