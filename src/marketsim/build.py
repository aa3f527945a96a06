"""Puts both practice marketplaces together: the composition root, for servers and for tests."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from marketsim import etsy, shopify
from marketsim.catalogue import Slips, draw_catalogue
from marketsim.clock import MarketClock
from marketsim.control import control_app
from marketsim.etsy.app import PracticeEtsy, build_etsy
from marketsim.faults import Fault, Faults
from marketsim.pieces import MARKETS, MarketName
from marketsim.shopify import credentials
from marketsim.shopify.app import Shopify, build_shopify
from marketsim.world import Practice, World, open_world

FAULTS: Mapping[str, Fault] = {**shopify.FAULTS, **etsy.FAULTS}
NOWHERE: Mapping[MarketName, str] = {name: f"http://{name}.test" for name in MARKETS}


def build_world(
    *,
    seed: int,
    http: httpx2.AsyncClient,
    clock: MarketClock | None = None,
    pieces: int = 320,
    sets: int | None = None,
    slips: Slips | None = None,
    rates: Mapping[str, float] | None = None,
    urls: Mapping[MarketName, str] = NOWHERE,
) -> World:
    """Draw a catalogue, build both marketplaces and open them; no socket is needed.

    Args:
        seed: decides catalogue, faults and people.
        http: carries the webhooks.
        clock: the market's time; by default it starts now and runs at 1x.
        pieces: how many pieces are on the shelf.
        sets: listings that sell two of them together; by default one per 60 pieces.
        slips: how the listings were mistyped.
        rates: faults that differ from their default.
        urls: where each side is reached from outside.

    Raises:
        UnknownFault: `rates` names a fault that does not exist.
    """
    clock = clock or MarketClock(datetime.now(UTC))
    faults = Faults(FAULTS, seed=seed)
    faults.set_rates(rates or {})
    return open_world(
        seed=seed,
        clock=clock,
        faults=faults,
        catalogue=draw_catalogue(seed, pieces=pieces, sets=sets, slips=slips),
        practices={
            "shopify": _shopify(
                build_shopify(
                    clock=clock, faults=faults, seed=seed, http=http, public_url=urls["shopify"]
                ),
                urls["shopify"],
            ),
            "etsy": _etsy(
                build_etsy(
                    clock=clock, faults=faults, seed=seed, http=http, public_url=urls["etsy"]
                )
            ),
        },
    )


def served_app(world: World, market: MarketName, *, latency_s: float = 0.0) -> ASGIApp:
    """One marketplace's API with the control API beside it, as served on one port.

    Args:
        world: both marketplaces.
        market: whose API it is.
        latency_s: real seconds every API call takes longer, the control API's apart.
    """
    api, control = world.practices[market].app, control_app(world)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].partition("/_control")[0] == "":
            await control(scope, receive, send)
            return
        if latency_s and scope["type"] == "http":
            await asyncio.sleep(latency_s)
        await api(scope, receive, send)

    return app


def _shopify(built: Shopify, url: str) -> Practice:
    return Practice(
        market=built.market,
        app=built.app,
        courier=built.shop.courier,
        close=built.close,
        secrets=built.secrets,
        connection={
            "api": url,
            "shop": credentials.SHOP_DOMAIN,
            "client_id": credentials.CLIENT_ID,
            "client_secret": credentials.CLIENT_SECRET,
            "scopes": list(credentials.SCOPES),
        },
    )


def _etsy(built: PracticeEtsy) -> Practice:
    return Practice(
        market=built.market,
        app=built.app,
        courier=built.courier,
        close=built.courier.close,
        secrets=built.secrets,
        connection=built.connection,
    )
