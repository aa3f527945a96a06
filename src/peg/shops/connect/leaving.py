"""Disconnect a shop: nothing is asked of it any more, and nothing waits for it."""

from dataclasses import dataclass

from peg.db.transaction import begin
from peg.domain.identity import ShopId
from peg.marketplaces.port import Marketplace, MarketplaceError
from peg.shops import directory, grants, leases
from peg.shops.connect.desk import Desk
from peg.shops.directory import Status
from peg.shops.tokens import lease_name

BY_HAND = "disconnected by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What became of a disconnected shop.

    Attributes:
        webhooks: how many subscriptions ended there.
        trouble: why they could not be ended; empty if they were.
    """

    webhooks: int
    trouble: str


async def leave(desk: Desk, shop: ShopId, door: Marketplace | None) -> Left:
    """End the shop's webhooks where it can be reached, and drop its tokens.

    Book, orders and offers stay: connected again, the shop goes on with them, and nothing is raised
    there without a fresh look.

    Args:
        desk: where connections are kept.
        shop: one that was connected.
        door: the way to it; None where there is none any more.
    """
    webhooks, trouble = 0, "" if door else "PEG had no access any more"
    try:
        webhooks = await door.remove_webhooks() if door else 0
    except MarketplaceError as error:
        trouble = str(error)
    now = desk.clock.now()
    async with begin(desk.database) as session:
        await leases.seize(session, lease_name(shop), now=now)  # a refresh under way is too late
        await grants.forget(session, shop)
        await directory.mark(session, shop, Status.DISCONNECTED, BY_HAND, now=now)
    return Left(webhooks=webhooks, trouble=trouble)
