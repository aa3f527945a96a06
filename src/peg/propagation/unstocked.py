"""Pieces that lie where a shop does not stock them: it knows the place, and shows none there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import locations, mirror, offers
from peg.catalog.locations import Place
from peg.catalog.offers import Offer
from peg.domain.identity import Channel, LocationId, Sku
from peg.ledger import queries
from peg.propagation import activations
from peg.propagation.activations import Activation

BY_HAND = "in its admin open the product, its inventory, and stock it there too"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstocked:
    """Pieces of one offer that its shop does not show, and how far PEG is to have it stocked there.

    `wanted` is None where no person has told PEG that pieces lie there.
    """

    offer: Offer
    place: Place
    pieces: int
    wanted: Activation | None = None

    def __str__(self) -> str:
        shop = self.offer.ref.channel.value.title()
        lie = f"{self.place.name}, where {self.pieces} lie"
        return f"{shop} does not stock {self.offer.name!r} at {lie}: {self._advice}"

    @property
    def _advice(self) -> str:
        if self.wanted is None:
            again = f"`peg count {self.offer.components[0].sku} N --at {self.place.location}`"
            return f"count them there ({again}), and PEG has it stocked there and shows them"
        if self.wanted.refused is not None:
            return f"it was asked to, and said {self.wanted.refused!r}; {BY_HAND}"
        return "PEG has it stocked there and shows them, as soon as `peg run` is at work"


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
    asked = await activations.everything(session)
    return [
        Unstocked(
            offer=offer, place=place, pieces=pieces, wanted=asked.get((offer.id, place.remote))
        )
        for offer in mine
        for place in known
        if place.shop == offer.ref.shop
        and place.location not in places[offer.id].values()
        and (level := levels.get(offer.components[0].sku, {}).get(place.location)) is not None
        and (pieces := level.available // offer.components[0].quantity) > 0
    ]


async def have_stocked(session: AsyncSession, sku: Sku, at: LocationId, *, now: datetime) -> None:
    """A person says that pieces lie at a place: wherever it is a shop's own, it is to show them."""
    for one in await unstocked(session, [sku]):
        if one.place.location == at:
            shop = one.offer.ref.shop
            await activations.want(session, one.offer.id, one.place.remote, shop=shop, now=now)
