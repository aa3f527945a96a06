"""Both real practice shops without sockets: forty pieces, and nothing typed wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from marketsim.build import build_world
from marketsim.catalogue.slips import NO_SLIPS
from marketsim.control import control_app
from marketsim.world import World
from peg.cli.demo.practice import Control

CONTROL_URL = "http://market.test"


@asynccontextmanager
async def open_practice_world() -> AsyncIterator[World]:
    """Whoever is told by their webhooks says yes."""
    told = httpx2.MockTransport(lambda _: httpx2.Response(200))
    async with httpx2.AsyncClient(transport=told) as http:
        world = build_world(seed=3, http=http, pieces=40, slips=NO_SLIPS)
        yield world
        await world.close()


@asynccontextmanager
async def control_of(world: World) -> AsyncIterator[Control]:
    """The practice shops' control API, as the demo speaks with it."""
    transport = httpx2.ASGITransport(app=control_app(world))
    async with httpx2.AsyncClient(transport=transport) as http:
        yield Control(http, CONTROL_URL)
