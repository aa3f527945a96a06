"""The practice Shopify and PEG's door to it, on a clock that is moved by hand."""

from dataclasses import dataclass
from random import Random

import httpx2
from tests.support.etsy_shop import MarketTime
from tests.support.exchanges import Overheard
from tests.support.spoiling import Spoiling
from tests.unit.marketplaces.shopify.practice import SHOP, URL, OneToken

from marketsim.clock import MarketClock
from marketsim.faults import Faults, without_chance
from marketsim.market import UnitId
from marketsim.pieces import Catalogue
from marketsim.server import dated
from marketsim.shopify import FAULTS
from marketsim.shopify.app import Shopify, build_shopify
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET
from peg.marketplaces.calls import CallLog
from peg.marketplaces.http import Door
from peg.marketplaces.shopify import oauth
from peg.marketplaces.shopify.client import ShopifyClient
from peg.marketplaces.shopify.marketplace import ShopifyMarketplace

AT_TIMES = without_chance(FAULTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyShop:
    """The practice Shopify, PEG's door to it, and the webhooks it has sent."""

    shopify: Shopify
    overheard: Overheard
    market: ShopifyMarketplace
    faults: Faults
    calls: CallLog
    letters: list[httpx2.Request]
    answers: Spoiling
    units: dict[str, UnitId]

    def set_faults(self, **rates: float) -> None:
        self.faults.set_rates({f"shopify.{name}": rate for name, rate in rates.items()})

    def times(self, operation: str) -> int:
        """How often PEG has called an operation."""
        return sum(
            sum(counts.values())
            for name, counts in self.calls.counts().items()
            if name.endswith(operation)
        )


async def open_shopify_shop(
    market_clock: MarketClock, clock: MarketTime, shelf: Catalogue
) -> ShopifyShop:
    letters: list[httpx2.Request] = []

    def take(letter: httpx2.Request) -> httpx2.Response:
        letters.append(letter)
        return httpx2.Response(200)

    faults = Faults(FAULTS, seed=1)
    faults.set_rates(AT_TIMES)
    shopify = build_shopify(
        clock=market_clock,
        faults=faults,
        seed=1,
        http=httpx2.AsyncClient(transport=httpx2.MockTransport(take)),
        public_url=URL,
    )
    shopify.market.open(shelf)
    overheard = Overheard(dated(shopify.app, market_clock))
    answers = Spoiling(httpx2.ASGITransport(app=overheard))
    http = httpx2.AsyncClient(transport=answers)
    grant = await oauth.client_credentials(
        http, URL, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, now=clock.now()
    )
    calls = CallLog()
    door = Door(http, clock, Random(1), shop=SHOP, calls=calls)
    client = ShopifyClient(URL, door, OneToken(grant.access_token), clock)
    return ShopifyShop(
        shopify=shopify,
        overheard=overheard,
        market=ShopifyMarketplace(SHOP, client, clock, currency="USD"),
        faults=faults,
        calls=calls,
        letters=letters,
        answers=answers,
        units={one.sku: one.unit for one in shopify.market.offered()},
    )
