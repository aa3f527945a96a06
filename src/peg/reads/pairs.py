"""Offers that may be the same piece, for a person to decide."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.catalog import proposals
from peg.catalog.offers import Offer
from peg.domain.identity import OfferId, ShopId


class PairSide(BaseModel):
    """One of the two offers."""

    offer: OfferId
    shop: ShopId
    listing: str
    title: str
    sku: str
    price: str
    options: dict[str, str]


class PairRow(BaseModel):
    """One pair. `confidence` is a percentage; `id` is as `peg match accept` takes it."""

    id: int
    confidence: int
    reasons: list[str]
    shopify: PairSide
    etsy: PairSide


async def pairs(session: AsyncSession, *, rejected: bool = False) -> Sequence[PairRow]:
    """What waits for a decision, or was `rejected`: the surest first."""
    read = proposals.rejected if rejected else proposals.open_proposals
    return [
        PairRow(
            id=one.id,
            confidence=one.confidence,
            reasons=list(one.reasons),
            shopify=_side(one.shopify),
            etsy=_side(one.etsy),
        )
        for one in await read(session)
    ]


def _side(offer: Offer) -> PairSide:
    return PairSide(
        offer=offer.id,
        shop=offer.ref.shop,
        listing=offer.ref.listing,
        title=offer.title,
        sku=offer.sku_as_typed,
        price=str(offer.price),
        options=dict(offer.options),
    )
