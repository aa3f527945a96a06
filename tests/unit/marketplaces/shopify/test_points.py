"""Nothing is sent to Shopify before the shop has points for it, repeated tries included."""

from random import Random

import httpx2
from tests.support.clocks import MONDAY_NOON, StandingClock
from tests.unit.marketplaces.shopify.practice import SHOP

from peg.marketplaces.calls import CallLog
from peg.marketplaces.http import Door
from peg.marketplaces.limiter import Lane
from peg.marketplaces.shopify.client import ShopifyClient, told_by
from peg.marketplaces.shopify.order_pages import OrderPages

COSTS = {"requestedQueryCost": 50, "actualQueryCost": 50}


class Tokens:
    """There is always another one."""

    async def token(self) -> str:
        return "shpat_x"

    async def refused(self, token: str) -> None:
        assert token == "shpat_x"


def answered(*, left: float) -> httpx2.Response:
    """Fifty points a call, of a hundred, and one more each second."""
    status = {"maximumAvailable": 100.0, "currentlyAvailable": left, "restoreRate": 1.0}
    cost = {**COSTS, "throttleStatus": status}
    return httpx2.Response(200, json={"data": {"shop": {}}, "extensions": {"cost": cost}})


def throttled() -> httpx2.Response:
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    status = {"maximumAvailable": 100.0, "currentlyAvailable": 0, "restoreRate": 10.0}
    cost = {"requestedQueryCost": 50, "actualQueryCost": None, "throttleStatus": status}
    return httpx2.Response(200, json={"errors": [error], "extensions": {"cost": cost}})


def client(
    answers: list[httpx2.Response], clock: StandingClock, calls: CallLog | None = None
) -> ShopifyClient:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answers.pop(0)))
    door = Door(http, clock, Random(1), shop=SHOP, calls=calls or CallLog(), tells=told_by)
    return ShopifyClient("https://gems.test", door, Tokens(), clock)


async def asks(shop: ShopifyClient) -> None:
    await shop.execute("ShopInfo", {}, lane=Lane.LOWER_STOCK)


async def test_a_second_try_waits_for_points_of_its_own() -> None:
    clock = StandingClock()
    shop = client([answered(left=60), httpx2.Response(503), answered(left=50)], clock)
    await asks(shop)
    begun = clock.monotonic()

    await asks(shop)

    assert clock.monotonic() - begun >= 40  # 60 were left for two tries of 50


async def test_a_token_that_was_refused_costs_points_too() -> None:
    clock = StandingClock()
    shop = client([answered(left=60), httpx2.Response(401), answered(left=50)], clock)
    await asks(shop)
    begun = clock.monotonic()

    await asks(shop)

    assert clock.monotonic() - begun >= 40


async def test_shopifys_throttled_is_counted_as_such_although_its_status_is_200() -> None:
    calls = CallLog()

    await asks(client([throttled(), answered(left=50)], StandingClock(), calls))

    assert calls.counts() == {"shopify.ShopInfo": {"ok": 1, "throttled": 1}}


async def test_orders_are_asked_for_at_once_after_an_import_has_used_much() -> None:
    clock = StandingClock()
    left = 700.0
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": left, "restoreRate": 100.0}
    page = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    told = {"data": {"orders": page}, "extensions": {"cost": {**COSTS, "throttleStatus": status}}}
    shop = client([httpx2.Response(200, json=told) for _ in range(2)], clock)
    pages = OrderPages(SHOP, shop, clock)
    await pages.since(None, now=MONDAY_NOON)
    begun = clock.monotonic()

    await pages.since(None, now=MONDAY_NOON)

    assert clock.monotonic() == begun
