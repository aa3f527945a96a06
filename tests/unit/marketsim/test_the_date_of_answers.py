"""An answer bears the time of the market, not the machine's: apps compare it with what is sold."""

from datetime import UTC, datetime

import httpx2
from starlette.responses import PlainTextResponse

from marketsim.clock import MarketClock
from marketsim.server import dated


async def test_an_answer_bears_the_markets_time() -> None:
    clock = MarketClock(datetime(2026, 11, 27, 9, 30, 15, tzinfo=UTC), speed=0)
    door = httpx2.ASGITransport(app=dated(PlainTextResponse("yes"), clock))

    async with httpx2.AsyncClient(transport=door, base_url="http://shop.test") as client:
        answer = await client.get("/")

    assert answer.headers["date"] == "Fri, 27 Nov 2026 09:30:15 GMT"
