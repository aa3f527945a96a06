"""A shop's places by what it calls them now: those that are new, renamed, closed or gone."""

import structlog

from peg.catalog import locations
from peg.db.engine import Database
from peg.db.transaction import begin
from peg.marketplaces.port import Marketplace

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
