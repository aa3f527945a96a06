"""Where pieces lie."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import locations
from peg.catalog.locations import OWN
from peg.domain.identity import LocationId, ShopId


class PlaceRow(BaseModel):
    """One place. `shop` is null for a place of one's own, which Shopify does not know.

    `open` is false where Shopify has closed or deleted it.
    """

    place: LocationId
    name: str
    shop: str | None
    open: bool


async def places(session: AsyncSession) -> Sequence[PlaceRow]:
    """Shopify's places by the names they have there, and one's own."""
    return [
        PlaceRow(
            place=one.location,
            name=one.name,
            shop=None if one.shop == OWN else one.shop,
            open=one.open,
        )
        for one in await locations.everything(session)
    ]


async def names_at(session: AsyncSession, shop: ShopId) -> Mapping[str, str]:
    """What a shop calls its places, by the marketplace's ids."""
    found = await locations.everything(session)
    return {one.remote: one.name for one in found if one.shop == shop}
