import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest

from marketsim.build import build_world, served_app
from marketsim.buyers import Habits
from marketsim.clock import MarketClock
from marketsim.faults import UnknownFault
from marketsim.pieces import MARKETS
from marketsim.truth import report
from marketsim.world import World

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RATES = {"shopify.webhook_lost": 0.2, "etsy.webhook_lost": 0.2}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200))
    async with httpx2.AsyncClient(transport=transport) as http:
        clock = MarketClock(NOON, speed=0)
        world = build_world(seed=7, http=http, clock=clock, pieces=120, rates=RATES)
        yield world
        await world.close()


async def run(world: World, habits: Habits) -> None:
    crowd = world.send_buyers(habits)
    for _ in range(3_000):
        for _ in range(4):
            await asyncio.sleep(0)
        if crowd.state == "done":
            return
        world.clock.advance(0.5)
    raise AssertionError(crowd.status())


async def test_both_shops_show_what_is_on_the_shelf_and_nothing_more_where_it_is_counted(
    world: World,
) -> None:
    shown_too_much = report(world.truth, at=world.clock.now())["oversellable_now"]

    assert {practice.market.name for practice in world.practices.values()} == set(MARKETS)
    assert all(len(practice.market.offered()) > 80 for practice in world.practices.values())
    assert 0 < len(shown_too_much) < 12  # the untracked and the miscounted
    assert {offer["because"] for offer in shown_too_much} == {"opening"}


async def test_people_buy_on_both_and_with_nobody_to_keep_the_stock_pieces_are_sold_twice(
    world: World,
) -> None:
    await run(world, Habits(orders=80, pace=60))

    told = report(world.truth, at=world.clock.now(), ceiling_s=5)
    assert sum(side["orders"] for side in told["sales"].values()) == 80
    assert min(side["orders"] for side in told["sales"].values()) > 10
    assert told["double_sales"]["outside"]
    assert told["waiting"]["count"] > 0


async def test_the_truth_sees_each_offer_as_its_marketplace_shows_it_after_a_stormy_day(
    world: World,
) -> None:
    storm = Habits(
        orders=120,
        pace=120,
        rivals_share=0.1,
        cancelled_share=0.2,
        refunded_share=0.3,
        unpaid_share=0.1,
        edits_per_order=0.3,
        quiet_s=1,
        reactivations_per_order=0.1,
    )

    await run(world, storm)

    shown = {key: offer.buyable for key, offer in world.truth.offers.items()}
    markets = [practice.market for practice in world.practices.values()]
    assert shown == {(m.name, unit): m.buyable(unit) for m in markets for unit in m.units()}


@pytest.mark.parametrize("market", MARKETS)
async def test_the_control_api_stands_beside_each_marketplaces_own(
    world: World, market: str
) -> None:
    app = served_app(world, world.practice(market).market.name)
    transport = httpx2.ASGITransport(app=app)

    async with httpx2.AsyncClient(transport=transport, base_url="http://m.test") as client:
        control = await client.get("/_control/connection")
        elsewhere = await client.get("/_controlled")

    assert control.json()[market]["api"].startswith("http://")
    assert elsewhere.status_code in (401, 403, 404)


async def test_every_secret_that_was_handed_out_can_be_read_dead_ones_too(world: World) -> None:
    etsy = httpx2.ASGITransport(app=served_app(world, "etsy"))

    async with httpx2.AsyncClient(transport=etsy, base_url="http://etsy.test") as client:
        token = (await client.post("/_portal/tokens", json={})).json()["access_token"]
        key = (await client.post("/_portal/webhooks", json={"url": "http://peg.test"})).json()
        await client.post(f"/_portal/webhooks/{key['id']}/rotate", json={})
        await client.post("/_portal/revoke", json={})
        known = (await client.get("/_control/secrets")).json()
        given = (await client.get("/_control/connection")).json()

    assert {token, key["secret"], given["etsy"]["shared_secret"]} < set(known["etsy"])
    assert known["shopify"] == [given["shopify"]["client_secret"]]


async def test_a_world_with_an_unknown_fault_is_not_built() -> None:
    async with httpx2.AsyncClient() as http:
        with pytest.raises(UnknownFault):
            build_world(seed=1, http=http, rates={"etsy.typo": 1.0})
