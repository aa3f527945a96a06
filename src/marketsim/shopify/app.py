"""The practice Shopify's server, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.shopify.answering import GraphQLAddress
from marketsim.shopify.bulk import BulkWorker
from marketsim.shopify.counts import Counts
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET, SCOPES, SHOP_DOMAIN
from marketsim.shopify.dashboard import Dashboard
from marketsim.shopify.market import ShopifyMarket
from marketsim.shopify.oauth import OAuth
from marketsim.shopify.shop import Shop, build_shop
from marketsim.shopify.storage import Storage
from marketsim.webhooks import Courier


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopify:
    """One practice Shopify: the market for buyers and tests, the server for apps."""

    market: ShopifyMarket
    app: ASGIApp
    shop: Shop

    @property
    def courier(self) -> Courier:
        """Carries the webhooks."""
        return self.shop.courier

    @property
    def connection(self) -> dict[str, str]:
        """What an app is given to connect with."""
        return {
            "shop": SHOP_DOMAIN,
            "url": self.shop.public_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scopes": ",".join(SCOPES),
        }

    def secrets(self) -> frozenset[str]:
        """Every secret that was ever handed out: the app's, tokens and codes."""
        return frozenset({CLIENT_SECRET} | self.shop.tokens.issued)

    async def close(self) -> None:
        """Stop what runs in the background: webhooks and jobs not yet done are dropped."""
        await self.shop.courier.close()
        await self.shop.agenda.close()


def build_shopify(
    *, clock: MarketClock, faults: Faults, seed: int, http: httpx2.AsyncClient, public_url: str
) -> Shopify:
    """An empty shop with its server; `market.open` fills it.

    Args:
        clock: the market's time.
        faults: must know `marketsim.shopify.FAULTS`.
        seed: draws ids, tokens and delays.
        http: carries the webhooks.
        public_url: where the server is reached, such as `http://127.0.0.1:9292`.
    """
    shop = build_shop(clock=clock, faults=faults, seed=seed, http=http, public_url=public_url)
    counts = Counts()
    worker = BulkWorker(shop)
    shop.bulk_runner.append(worker.start)
    market = ShopifyMarket(shop, counts)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await shop.courier.close()
        await shop.agenda.close()

    app = Starlette(
        routes=[
            Route(
                "/admin/api/{version}/graphql.json",
                GraphQLAddress(shop, counts).__call__,
                methods=["POST"],
            ),
            *OAuth(shop, counts).routes(),
            *Dashboard(shop).routes(),
            *Storage(shop).routes(),
        ],
        lifespan=lifespan,
    )
    return Shopify(market=market, app=app, shop=shop)
