"""The practice Etsy put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from marketsim.clock import MarketClock
from marketsim.etsy import credentials
from marketsim.etsy.consent import consent_page, token_endpoint
from marketsim.etsy.door import serve
from marketsim.etsy.fees import Account
from marketsim.etsy.grants import Grants
from marketsim.etsy.life import Life
from marketsim.etsy.limits import Limits
from marketsim.etsy.market import EtsyMarket
from marketsim.etsy.notices import TERMS, Notices
from marketsim.etsy.operations import ALL
from marketsim.etsy.orders import Orders
from marketsim.etsy.overnight import Overnight
from marketsim.etsy.pages import Pages
from marketsim.etsy.portal import portal_routes
from marketsim.etsy.profiles import add_opening_profiles
from marketsim.etsy.settings import Settings
from marketsim.etsy.shop import Shop
from marketsim.etsy.stock import Stock
from marketsim.etsy.store import Store
from marketsim.etsy.tally import Tally
from marketsim.faults import Faults
from marketsim.webhooks import Courier

PREFIX = "/v3/application"


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeEtsy:
    """One practice Etsy: the market for buyers, the API for apps, the courier of its webhooks."""

    market: EtsyMarket
    app: Starlette
    courier: Courier
    connection: Mapping[str, Any]
    shop: Shop

    def secrets(self) -> frozenset[str]:
        """Every secret that was ever handed out: the app's, tokens, codes, webhooks' keys."""
        grants, notices = self.shop.grants, self.shop.notices
        return frozenset({credentials.SHARED_SECRET} | grants.issued | notices.issued)


def build_etsy(
    *, clock: MarketClock, faults: Faults, seed: int, http: httpx2.AsyncClient, public_url: str
) -> PracticeEtsy:
    """Build an empty shop.

    Args:
        clock: the market's time.
        faults: must know `marketsim.etsy.FAULTS`.
        seed: ids, lags, keys and buyers' names are drawn from it.
        http: carries webhooks.
        public_url: where `app` is reached, without a slash at its end.
    """
    courier = Courier(market="etsy", clock=clock, faults=faults, http=http, terms=TERMS)
    shop = _shop(clock=clock, faults=faults, seed=seed, courier=courier, public_url=public_url)
    return PracticeEtsy(
        market=EtsyMarket(shop),
        app=_app(shop),
        courier=courier,
        connection=_connection(public_url),
        shop=shop,
    )


def _shop(
    *, clock: MarketClock, faults: Faults, seed: int, courier: Courier, public_url: str
) -> Shop:
    store, settings, account = Store(clock, seed=seed), Settings(), Account()
    add_opening_profiles(store)
    stock = Stock(store)
    notices = Notices(clock, faults, courier, public_url, Random(f"{seed}/etsy/letters"))
    life = Life(store, stock, faults, account, notices)
    return Shop(
        clock=clock,
        faults=faults,
        settings=settings,
        store=store,
        stock=stock,
        life=life,
        orders=Orders(store, stock, life, faults, account, notices, settings),
        account=account,
        notices=notices,
        grants=Grants(clock, faults, Random(f"{seed}/etsy/tokens")),
        limits=Limits(clock, settings, faults),
        pages=Pages(faults),
        overnight=Overnight(faults),
        tally=Tally(),
        public_url=public_url,
    )


def _app(shop: Shop) -> Starlette:
    operations = [
        Route(PREFIX + each.path, serve(shop, each), methods=[each.method]) for each in ALL
    ]
    return Starlette(
        routes=[
            *operations,
            Route("/oauth/connect", consent_page(shop), methods=["GET", "POST"]),
            Route("/v3/public/oauth/token", token_endpoint(shop), methods=["POST"]),
            *portal_routes(shop),
        ],
        exception_handlers={404: _nowhere, 405: _nowhere},
    )


async def _nowhere(_: Request, __: Exception) -> Response:
    return JSONResponse({"error": "Resource not found"}, 404)


def _connection(public_url: str) -> dict[str, Any]:
    return {
        "api": public_url,
        "consent": f"{public_url}/oauth/connect",
        "keystring": credentials.KEYSTRING,
        "shared_secret": credentials.SHARED_SECRET,
        "shop_id": credentials.SHOP_ID,
        "user_id": credentials.USER_ID,
        "shop_name": credentials.SHOP_NAME,
        "portal": f"{public_url}/_portal",
    }
