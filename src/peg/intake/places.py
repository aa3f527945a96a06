"""A shop's places by what it calls them now: those that are new, renamed, closed or gone."""

from collections.abc import Iterable

import structlog

from peg.catalog import locations
from peg.db.engine import Database
from peg.db.transaction import begin, reading
from peg.domain.order import OrderSnapshot
from peg.marketplaces.port import Marketplace, MarketplaceError

log = structlog.get_logger()


async def read_places(database: Database, marketplace: Marketplace) -> None:
    """Ask the shop for its places, and know them so.

    Raises:
        MarketplaceError: it could not be asked.
    """
    told = await marketplace.locations()
    if not told:
        return
    async with begin(database) as session:
        changed = await locations.keep(session, marketplace.shop, told)
    if changed:
        log.info("places.changed", shop=marketplace.shop, changed=list(changed))


async def name_places(
    database: Database, marketplace: Marketplace, orders: Iterable[OrderSnapshot]
) -> None:
    """Before orders are taken in that name a place nobody knows: ask what it is called.

    A place keeps for good the word that PEG makes for it at first. No order waits for it.
    """
    named = {share.place for one in orders for line in one.lines for share in line.shares}
    named.discard(None)
    if not named:
        return
    async with reading(database) as session:
        known = await locations.of_shop(session, marketplace.shop)
    if named <= known.keys():
        return
    try:
        await read_places(database, marketplace)
    except MarketplaceError as error:
        log.warning("places.not_read", shop=marketplace.shop, why=str(error))
