"""What comes next where PEG knows of no offer yet."""

from sqlalchemy.ext.asyncio import AsyncSession

from peg.shops import directory

NO_SHOP = "no shop yet: `peg connect shopify`, `peg connect etsy`"


async def no_offers_yet(session: AsyncSession) -> str:
    """Connect a shop, or read those that are connected."""
    if not await directory.all_shops(session):
        return NO_SHOP
    return "no offers yet: `peg import` reads the connected shops"
