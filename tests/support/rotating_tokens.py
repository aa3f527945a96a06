"""A marketplace whose refresh tokens rotate, and who asks it for tokens."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

from tests.support.clocks import StandingClock
from tests.support.shops import APP, ETSY

from peg.db.engine import Database
from peg.domain.identity import ShopId
from peg.marketplaces.grant import Grant
from peg.marketplaces.port import AccessRevoked, MarketplaceUnavailable
from peg.shops.directory import AppCredentials
from peg.shops.sealing import KeyRing
from peg.shops.tokens import TokenSource


class RotatingServer:
    """Gives a new grant for the newest refresh token only, as Etsy says it does."""

    def __init__(self, clock: StandingClock) -> None:
        self.clock = clock
        self.newest = 1
        self.asked = 0
        self.begun = asyncio.Event()
        self.passing_500s = 0
        self.revoked = False
        self.meanwhile: Callable[[], None] = lambda: None

    async def renew(self, old: Grant, app: AppCredentials) -> Grant:
        assert app == APP
        self.asked += 1
        self.begun.set()
        await asyncio.sleep(0)
        if self.passing_500s:
            self.passing_500s -= 1
            raise MarketplaceUnavailable("500")
        if self.revoked or old.refresh_token != f"refresh-{self.newest}":
            raise AccessRevoked("invalid_grant: refresh_token is revoked")
        self.newest += 1
        self.meanwhile()
        self.meanwhile = lambda: None
        until = self.clock.now() + timedelta(hours=1)
        return Grant(
            access_token=f"access-{self.newest}",
            access_until=until,
            refresh_token=f"refresh-{self.newest}",
        )


def source(
    database: Database, ring: KeyRing, server: RotatingServer, shop: ShopId = ETSY
) -> TokenSource:
    return TokenSource(
        database=database,
        clock=server.clock,
        rng=random.Random(7),
        ring=ring,
        shop=shop,
        renew=server.renew,
    )
