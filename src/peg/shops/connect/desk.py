"""What both marketplaces' connections share. No transaction is open while a server is asked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

import httpx2

from peg.db.engine import Database
from peg.db.transaction import begin
from peg.domain.clock import Clock
from peg.domain.errors import ErrorKind, PegError
from peg.domain.identity import Channel
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import BadCallback, MarketplaceUnavailable, Throttled
from peg.shops import directory, grants, leases, pending
from peg.shops.addresses import secure
from peg.shops.directory import AppCredentials, Shop
from peg.shops.grants import StoredGrant
from peg.shops.pending import Pending
from peg.shops.sealing import KeyRing
from peg.shops.tokens import lease_name

T = TypeVar("T")

WAITS_S = (0.5, 1.0, 2.0)


class ConnectionDeclined(PegError):
    """The seller, or the marketplace, said no on the consent page."""

    kind: ClassVar[ErrorKind] = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where connections are kept, and how the marketplaces are reached.

    Attributes:
        shopify_url: with `{shop}` for the first part of the shop's domain.
        etsy_consent_url: the site where the seller says yes; not Etsy's API.
    """

    database: Database
    clock: Clock
    ring: KeyRing
    http: httpx2.AsyncClient
    shopify_url: str
    etsy_url: str
    etsy_consent_url: str

    def shopify_api(self, domain: str) -> str:
        """The address of one Shopify shop.

        Raises:
            InsecureUrl: plain http to another machine.
        """
        return secure(self.shopify_url.replace("{shop}", domain.partition(".")[0])).rstrip("/")

    def etsy_api(self) -> str:
        """Etsy's address.

        Raises:
            InsecureUrl: plain http to another machine.
        """
        return secure(self.etsy_url).rstrip("/")

    async def remember(self, begun: Pending) -> str:
        """Keep what must still be known when the browser comes back; the state to send along."""
        async with begin(self.database) as session:
            return await pending.remember(session, self.ring, begun, now=self.clock.now())

    async def take(self, channel: Channel, callback: Mapping[str, str], browser: str) -> Pending:
        """What was begun in this very browser; it cannot be taken again.

        Raises:
            CallbackExpired: unknown, used or too old a state.
            BadCallback: another browser, or no code.
            ConnectionDeclined: the seller said no.
        """
        state, now = callback.get("state", ""), self.clock.now()
        async with begin(self.database) as session:
            begun = await pending.take(session, self.ring, state, channel=channel, now=now)
        begun.check_browser(browser)
        if "error" in callback:
            raise ConnectionDeclined(
                f"{channel.value} gave no access ({callback['error'][:80]}): begin again, and"
                " allow it there"
            )
        if not callback.get("code"):
            raise BadCallback("the browser came back without a code: begin the connection again")
        return begun

    async def keep(self, shop: Shop, app: AppCredentials, grant: Grant) -> Shop:
        """Store shop and grant; a refresh of the former grant that is under way comes too late."""
        now = self.clock.now()
        async with begin(self.database) as session:
            await directory.store(session, self.ring, shop, app)
            lease = await leases.seize(session, lease_name(shop.id), now=now)
            stored = StoredGrant(grant=grant, fencing=lease.fencing)
            await grants.store(session, self.ring, shop.id, stored, now=now)
        return shop

    async def patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again when the marketplace fails in passing: a code or token may be used up already.

        Only for what changes nothing when asked twice.
        """
        for wait_s in WAITS_S:
            try:
                return await ask()
            except (MarketplaceUnavailable, Throttled):
                await self.clock.sleep(wait_s)
        return await ask()
