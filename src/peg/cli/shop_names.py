"""What people call a shop: by its marketplace, as long as they have one there."""

from collections import Counter
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import Channel, ShopId
from peg.reads import shops as shop_reads

WORDS = {Channel.SHOPIFY: "Shopify", Channel.ETSY: "Etsy"}


async def shop_names(session: AsyncSession) -> Callable[[ShopId], str]:
    """Names each shop: by its marketplace, or by its id where several are on one."""
    found = await shop_reads.shops(session)
    on = Counter(shop.channel for shop in found)
    names = {shop.id: WORDS[shop.channel] for shop in found if on[shop.channel] == 1}
    return lambda shop: names.get(shop, shop)
