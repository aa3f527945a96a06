"""A whole practice world of two stalls, for tests of what stands around the marketplaces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.types import ASGIApp
from tests.support.stall import Stall

from marketsim.catalogue import draw_catalogue
from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.market import Market
from marketsim.pieces import MARKETS, MarketName
from marketsim.webhooks import Courier, Terms, webhook_faults
from marketsim.world import World, open_world

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TERMS = Terms(attempt_delays_s=(0,), connect_timeout_s=1, total_timeout_s=5)


@dataclass(frozen=True, kw_only=True)
class StallPractice:
    market: Market
    courier: Courier
    app: ASGIApp = field(default_factory=Starlette)
    connection: Mapping[str, Any] = field(default_factory=lambda: {"shop": "a stall"})

    def register_webhook(self, url: str) -> None:
        """A stall has no portal."""


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


def _practice(name: MarketName, clock: MarketClock, faults: Faults) -> StallPractice:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: httpx2.Response(200)))
    courier = Courier(market=name, clock=clock, faults=faults, http=http, terms=TERMS)
    return StallPractice(market=Stall(name, clock), courier=courier)
