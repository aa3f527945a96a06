"""A whole practice world of two stalls, for tests of what stands around the marketplaces."""

from datetime import UTC, datetime

import httpx2
from starlette.applications import Starlette
from tests.support.stall import Stall

from marketsim.catalogue import draw_catalogue
from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.pieces import MARKETS, MarketName
from marketsim.webhooks import Courier, Terms, webhook_faults
from marketsim.world import Practice, World, open_world

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TERMS = Terms(attempt_delays_s=(0,), connect_timeout_s=1, total_timeout_s=5)


def fair(*, seed: int = 7, pieces: int = 40) -> World:
    """Two stalls on a clock that stands still."""
    clock = MarketClock(NOON, speed=0)
    faults = Faults({**webhook_faults("shopify"), **webhook_faults("etsy")}, seed=seed)
    return open_world(
        seed=seed,
        clock=clock,
        faults=faults,
        catalogue=draw_catalogue(seed, pieces=pieces),
        practices={name: _practice(name, clock, faults) for name in MARKETS},
    )


def _practice(name: MarketName, clock: MarketClock, faults: Faults) -> Practice:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: httpx2.Response(200)))
    courier = Courier(market=name, clock=clock, faults=faults, http=http, terms=TERMS)
    return Practice(
        market=Stall(name, clock),
        app=Starlette(),
        courier=courier,
        connection={"shop": "a stall"},
        close=courier.close,
    )
