"""The connected shops."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import Channel, ShopId
from peg.shops import directory


class ShopRow(BaseModel):
    """One shop, without its secrets. `status` is connected, revoked, frozen or disconnected."""

    id: ShopId
    channel: Channel
    name: str
    currency: str
    status: str
    status_sentence: str
    scopes: list[str]
    connected_at: datetime


async def shops(session: AsyncSession) -> Sequence[ShopRow]:
    """Every shop, connected or not any more."""
    return [
        ShopRow(
            id=shop.id,
            channel=shop.channel,
            name=shop.name,
            currency=shop.currency,
            status=shop.status.value,
            status_sentence=shop.status_sentence,
            scopes=sorted(shop.scopes),
            connected_at=shop.connected_at,
        )
        for shop in await directory.all_shops(session)
    ]
