"""Every call of the control API, used on both practice shops as a person would."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from tests.support.exchanges import Overheard

from marketsim.build import build_world
from marketsim.clock import MarketClock
from marketsim.control import control_app
from marketsim.control.app import ROUTES
from marketsim.pieces import MARKETS
from marketsim.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Visitor:
    """Somebody at the control API, who remembers what was called."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heard = Overheard(control_app(world))
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.heard), base_url="http://market.test"
        )

    async def ask(self, method: str, path: str, **fields: object) -> dict[str, Any]:
        body = fields if method != "GET" else None
        answer = await self._client.request(method, f"/_control{path}", json=body)
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    async def order(self, market: str) -> dict[str, object]:
        """A new order of something that is there more than once."""
        units = (await self.ask("GET", "/units"))["units"]
        unit = next(it for it in units if it["market"] == market and 2 <= it["buyable"] < 999)
        bought = await self.ask("POST", "/orders", market=market, unit=unit["unit"], quantity=1)
        return {"market": market, "order": bought["order"]}


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    async with httpx2.AsyncClient(transport=transport) as http:
        clock = MarketClock(NOON, speed=0)
        world = build_world(seed=7, http=http, clock=clock, pieces=60)
        yield Visitor(world)
        await world.close()


async def see_everything(visitor: Visitor) -> None:
    for path in (
        "/connection",
        "/status",
        "/pieces",
        "/secrets",
        "/happenings",
        "/followed",
        "/truth",
    ):
        await visitor.ask("GET", path)
    for market in MARKETS:
        await visitor.ask("GET", f"/truth/{market}")
        await visitor.ask("GET", f"/webhooks/{market}")
    for path in ("/clock", "/faults", "/buyers"):
        await visitor.ask("GET", path)


async def trade_on(visitor: Visitor, market: str) -> None:
    kept, dropped = await visitor.order(market), await visitor.order(market)
    await visitor.ask("POST", "/orders/pay", **kept)
    await visitor.ask("POST", "/orders/fulfil", **kept)
    await visitor.ask("POST", "/orders/refund", **kept, quantity=1, restock="return")
    await visitor.ask("POST", "/orders/cancel", **dropped, restock=True)


async def work_in_the_admin(visitor: Visitor, market: str) -> None:
    units = (await visitor.ask("GET", "/units"))["units"]
    which = {
        "market": market,
        "unit": next(it["unit"] for it in units if it["market"] == market and it["buyable"] == 1),
    }
    await visitor.ask("POST", "/stock", **which, delta=-1)
    await visitor.ask("POST", "/reactivate", **which)


async def work_on_shopify_alone(visitor: Visitor) -> None:
    units = (await visitor.ask("GET", "/units"))["units"]
    unit = next(
        it["unit"] for it in units if it["market"] == "shopify" and 2 <= it["buyable"] < 999
    )
    await visitor.ask("POST", "/till", unit=unit)
    await visitor.ask("POST", "/drafts", unit=unit, quantity=1)
    await visitor.ask("POST", "/bundle", unit=unit, bundle=False)
    await visitor.ask("POST", "/tick", unit=unit)
    order = (await visitor.order("shopify"))["order"]
    await visitor.ask("POST", "/orders/remove", order=order)
    fair = (await visitor.ask("POST", "/places", name="Fair"))["location"]
    await visitor.ask("POST", "/places/rename", location=fair, name="Market hall")
    await visitor.ask("POST", "/places/close", location=fair, move_to=0)


async def work_on_etsy_alone(visitor: Visitor) -> None:
    market = visitor.world.market("etsy")
    unit = next(
        one["unit"]
        for listing in market.truth()["listings"]
        for one in listing["products"]
        if one["values"]
    )
    await visitor.ask("POST", "/variations/rename", unit=unit, name="another")


async def work_at_the_counter(visitor: Visitor) -> None:
    pieces = (await visitor.ask("GET", "/pieces"))["pieces"]
    await visitor.ask("POST", "/counter", piece=pieces[0]["piece"], delta=1)


async def test_every_call_of_the_control_api_works_on_both_shops(visitor: Visitor) -> None:
    etsy = visitor.world.practices["etsy"].app
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=etsy), base_url="http://etsy.test"
    ) as portal:
        await portal.post("/_portal/webhooks", json={"url": "https://peg.test/hook"})

    await see_everything(visitor)
    await visitor.ask("PUT", "/faults", **{"etsy.webhook_lost": 0})
    await visitor.ask("POST", "/faults/reseed", seed=11)
    for market in MARKETS:
        await trade_on(visitor, market)
        await work_in_the_admin(visitor, market)
    await work_on_shopify_alone(visitor)
    await work_on_etsy_alone(visitor)
    await work_at_the_counter(visitor)
    for _ in range(30):
        await asyncio.sleep(0)
    await visitor.ask("POST", "/webhooks/etsy/repeat")
    await visitor.ask("POST", "/clock/advance", seconds=60)
    await visitor.ask("POST", "/clock/speed", speed=1)
    await visitor.ask("POST", "/buyers/start", orders=1)
    await visitor.ask("POST", "/buyers/stop")

    called = {(one.method, one.path.removeprefix("/_control")) for one in visitor.heard.exchanges}
    ways = {(method, path.replace("{market}", it)) for method, path, *_ in ROUTES for it in MARKETS}
    assert ways - called == {("POST", "/webhooks/shopify/repeat")}  # an app subscribes there first


async def test_faults_strike_by_the_seed_that_was_set(visitor: Visitor) -> None:
    world = visitor.world
    runs = []

    await visitor.ask("PUT", "/faults", **{"etsy.latency": 0.5})
    for seed in (5, 5, 6):
        await visitor.ask("POST", "/faults/reseed", seed=seed)
        runs.append([world.faults.strikes("etsy.latency") for _ in range(64)])

    assert runs[0] == runs[1] != runs[2]
