"""A small practice shop on a clock that stands still, and an app that talks to it over HTTP."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
from tests.support.exchanges import Overheard

from marketsim.clock import MarketClock
from marketsim.faults import Faults, without_chance
from marketsim.market import Happening, UnitId
from marketsim.pieces import Catalogue, Listing, Option, Piece, PieceId, Unit
from marketsim.shopify import FAULTS
from marketsim.shopify.app import Shopify, build_shopify
from marketsim.shopify.credentials import CLIENT_ID, CLIENT_SECRET

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
URL = "http://shopify.test"
HOOK = "http://127.0.0.1:9/hook"
OPERATIONS = Path("tools/shopify_operations.graphql")


@cache
def operations() -> str:
    return OPERATIONS.read_text()


def piece(name: str, *on_hand: int) -> Piece:
    return Piece(
        id=PieceId(name),
        name=name,
        category="RING",
        stone="RUBY",
        metal="14KY",
        weight_points=150,
        one_of_a_kind=sum(on_hand) == 1,
        on_hand=on_hand,
    )


def unit(name: str, sku: str, *stock: int, price: int = 12_500, tracked: bool = True) -> Unit:
    return Unit(
        parts=((PieceId(name), 1),),
        sku=sku,
        options=(Option(name="Ring size", value=name[-1]),),
        price_minor=price,
        stock=stock,
        tracked=tracked,
    )


def listing(title: str, *units: Unit) -> Listing:
    return Listing(
        market="shopify",
        title=title,
        description="A ring & a stone.",
        tags=("ruby", "ring"),
        category="RING",
        units=units,
    )


CATALOGUE = Catalogue(
    seed=1,
    currency="USD",
    locations=("Atelier", "Gallery"),
    pieces=(piece("ring6", 1, 0), piece("chain", 5, 3), piece("ring7", 2, 0)),
    listings=(
        listing("Ruby ring", unit("ring6", "RUBY-6", 1, 0), unit("ring7", "RUBY-7", 2, 0)),
        listing("Gold chain", unit("chain", "CHAIN", 5, 3, price=4_999)),
        listing("Loose stone", unit("stone", "", 4, 0, tracked=False)),
    ),
)


@dataclass
class Rehearsal:
    """The shop, its clock and faults, and one app's view of it."""

    shopify: Shopify
    overheard: Overheard
    clock: MarketClock
    faults: Faults
    http: httpx2.AsyncClient
    hooks: list[httpx2.Request]
    token: str = ""
    happened: list[Happening] = field(default_factory=list)

    async def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        response = await self.post(operation, variables)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, operation: str, **variables: Any) -> dict[str, Any]:
        answer = await self.ask(operation, **variables)
        assert "errors" not in answer, answer["errors"]
        found: dict[str, Any] = answer["data"]
        return found

    async def post(
        self, operation: str, variables: dict[str, Any], version: str = "2026-10"
    ) -> httpx2.Response:
        body = {"query": operations(), "operationName": operation, "variables": variables}
        return await self.post_body(body, version)

    async def post_body(self, body: Any, version: str = "2026-10") -> httpx2.Response:
        headers = {"X-Shopify-Access-Token": self.token}
        return await self.http.post(
            f"/admin/api/{version}/graphql.json", json=body, headers=headers
        )

    async def query(self, text: str, **variables: Any) -> dict[str, Any]:
        response = await self.post_body({"query": text, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    def switch(self, **rates: float) -> None:
        self.faults.set_rates({f"shopify.{name}": rate for name, rate in rates.items()})

    async def pass_time(self, seconds: float, steps: int = 1) -> None:
        for _ in range(steps):
            await settle()
            self.clock.advance(seconds / steps)
            await settle()

    def unit(self, sku: str) -> UnitId:
        ever = self.shopify.shop.store.ever_sold.values()
        return UnitId(next(it for it in ever if it.sku == sku).gid)

    def item(self, sku: str) -> str:
        found = next(it for it in self.shopify.shop.store.items.values() if it.sku == sku)
        return found.gid

    def place(self, index: int = 0) -> str:
        return list(self.shopify.shop.store.locations.values())[index].gid

    async def subscribe(self, *topics: str) -> None:
        for topic in topics:
            data = await self.data("WebhookAdd", topic=topic, subscription={"uri": HOOK})
            assert data["webhookSubscriptionCreate"]["userErrors"] == []

    async def heard(self) -> list[tuple[str, dict[str, Any]]]:
        await settle()
        return [
            (
                request.headers["x-shopify-topic"],
                httpx2.Response(200, content=request.content).json(),
            )
            for request in self.hooks
        ]


def setting(shop: Rehearsal, sku: str, quantity: int, **more: Any) -> dict[str, Any]:
    """What sets the available pieces of one SKU at the first place."""
    line = {
        "inventoryItemId": shop.item(sku),
        "locationId": shop.place(),
        "quantity": quantity,
        "changeFromQuantity": None,
    }
    return {"name": "available", "reason": "correction", "quantities": [line | more]}


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def rehearse(
    catalogue: Catalogue = CATALOGUE,
    *,
    hook_status: int = 200,
    rates: Mapping[str, float] = MappingProxyType({}),
) -> Rehearsal:
    """A shop whose webhooks go to `hooks` and whose random faults are off."""
    clock = MarketClock(NOON, speed=0)
    faults = Faults(FAULTS, seed=1)
    quiet = without_chance(FAULTS)
    faults.set_rates({**quiet, **rates})
    hooks: list[httpx2.Request] = []

    def take(request: httpx2.Request) -> httpx2.Response:
        hooks.append(request)
        return httpx2.Response(hook_status)

    shopify = build_shopify(
        clock=clock,
        faults=faults,
        seed=1,
        http=httpx2.AsyncClient(transport=httpx2.MockTransport(take)),
        public_url=URL,
    )
    overheard = Overheard(shopify.app)
    made = Rehearsal(
        overheard=overheard,
        shopify=shopify,
        clock=clock,
        faults=faults,
        http=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=overheard), base_url=URL),
        hooks=hooks,
    )
    shopify.market.listen(made.happened.append)
    shopify.market.open(catalogue)
    made.happened.clear()
    granted = await made.http.post(
        "/admin/oauth/access_token",
        json={
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "grant_type": "client_credentials",
        },
    )
    made.token = granted.json()["access_token"]
    return made
