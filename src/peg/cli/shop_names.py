"""What people call a shop: by its marketplace, as long as they have one there."""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from peg.domain.identity import Channel, ShopId
from peg.reads import shops as shop_reads

WORDS = {Channel.SHOPIFY: "Shopify", Channel.ETSY: "Etsy"}


async def shop_names(session: AsyncSession) -> Callable[[ShopId], str]:
    """Names each shop: by its marketplace, or by its id where several are on one."""
    names = await _only_ones(session)
    return lambda shop: names.get(shop, shop)


async def shops_in_words(session: AsyncSession) -> Callable[[str], str]:
    """Puts those names into a sentence that tells shops by their ids; commands stay as typed."""
    names = await _only_ones(session)
    if not names:
        return lambda sentence: sentence
    ids = "|".join(map(re.escape, names))
    each = re.compile(rf"`[^`]*`|(?<!\w)(?:{ids})(?!\w)")

    def name(found: re.Match[str]) -> str:
        return names.get(ShopId(found[0]), found[0])

    return lambda sentence: each.sub(name, sentence)


async def _only_ones(session: AsyncSession) -> Mapping[ShopId, str]:
    """The names of shops that are the only one on their marketplace."""
    found = await shop_reads.shops(session)
    on = Counter(shop.channel for shop in found)
    return {shop.id: WORDS[shop.channel] for shop in found if on[shop.channel] == 1}
