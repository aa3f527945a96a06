"""PEG's Etsy adapter on the practice Etsy, over ASGI, on one clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

import httpx2
from tests.support.practice_etsy import KEY, SMALL, URL, Fixture, good, open_etsy

from marketsim.clock import MarketClock
from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET, SHOP_ID
from marketsim.pieces import Catalogue
from peg.domain.identity import OfferRef, ShopId
from peg.marketplaces.calls import CallLog
from peg.marketplaces.etsy.app import App
from peg.marketplaces.etsy.client import EtsyClient
from peg.marketplaces.etsy.marketplace import EtsyMarketplace
from peg.marketplaces.etsy.quota import PER_SECOND, Quota
from peg.marketplaces.http import Door
from peg.marketplaces.limiter import Lane

SHOP = ShopId(f"etsy:{SHOP_ID}")
GRANTED = 1_000
"""Calls a second, by this practice Etsy."""


class MarketTime:
    """PEG lives by the market's clock: whoever sleeps moves it."""

    def __init__(self, market: MarketClock) -> None:
        self._market = market

    def now(self) -> datetime:
        return self._market.now()

    def monotonic(self) -> float:
        return self._market.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        self._market.advance(seconds)
        await asyncio.sleep(0)


class PortalTokens:
    """Tokens from the practice portal; a refused one is replaced by a new one."""

    def __init__(self, portal: httpx2.AsyncClient, *scopes: str) -> None:
        self._portal = portal
        self._scopes = list(scopes)
        self._token = ""
        self.given = 0

    async def token(self) -> str:
        if not self._token:
            asked = {"scopes": self._scopes}
            told: dict[str, Any] = good(await self._portal.post("/_portal/tokens", json=asked))
            self._token = told["access_token"]
            self.given += 1
        return self._token

    async def refused(self, token: str) -> None:
        assert token == self._token
        self._token = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EtsyShop:
    """The practice Etsy, PEG's door to it, and what went through."""

    practice: Fixture
    market: EtsyMarketplace
    client: EtsyClient
    tokens: PortalTokens
    calls: CallLog
    clock: MarketTime
    quota: Quota

    @asynccontextmanager
    async def crowded(self, calls_left: int = 0, *, of: int = PER_SECOND) -> AsyncIterator[None]:
        """Others wait for their answers: so many calls can go out before they have them."""
        async with AsyncExitStack() as calls:
            for _ in range(of - calls_left):
                await calls.enter_async_context(self.quota.turn(Lane.LOWER_STOCK))
            yield

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """So many calls are under way that whoever only looks, or begins a raise, has to wait.

        A sale has room. Etsy must have told by an answer how many calls it grants.
        """
        async with self.crowded(calls_left=GRANTED // 2, of=GRANTED):
            yield

    def ref(self, sku: str, variant: str = "") -> OfferRef:
        return OfferRef(shop=SHOP, listing=str(self.practice.listing_of(sku)), variant=variant)

    def count(self) -> dict[str, int]:
        """Calls so far, by operation."""
        counted = self.calls.counts()
        return {name.partition(".")[2]: sum(one.values()) for name, one in counted.items()}

    def state_of(self, listing: str) -> str:
        truth = self.practice.etsy.market.truth()["listings"]
        return str(next(one["state"] for one in truth if str(one["id"]) == listing))

    def products_of(self, listing: str) -> list[dict[str, Any]]:
        truth = self.practice.etsy.market.truth()["listings"]
        return list(next(one["products"] for one in truth if str(one["id"]) == listing))


def open_etsy_shop(shelf: Catalogue = SMALL, *, seed: int = 7, chance: bool = False) -> EtsyShop:
    """A shop with `shelf`; without `chance`, faults that strike at times never do."""
    practice = open_etsy(shelf, seed=seed, chance=chance)
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=practice.overheard))
    portal = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=practice.etsy.app), base_url=URL, headers=KEY
    )
    clock, calls, tokens = MarketTime(practice.clock), CallLog(), PortalTokens(portal)
    quota = Quota(clock)
    client = EtsyClient(
        shop=SHOP,
        api=URL,
        app=App(keystring=KEYSTRING, shared_secret=SHARED_SECRET),
        door=Door(http, clock, Random(seed), shop=SHOP, calls=calls),
        tokens=tokens,
        quota=quota,
        clock=clock,
    )
    market = EtsyMarketplace(shop=SHOP, client=client, clock=clock)
    return EtsyShop(
        practice=practice,
        market=market,
        client=client,
        tokens=tokens,
        calls=calls,
        clock=clock,
        quota=quota,
    )
