"""PEG's HTTP side over ASGI, on an empty book."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from tests.support.clocks import StandingClock
from tests.support.laid_book import lay_book

from peg.domain.identity import Channel
from peg.intake.inbox import Receipt
from peg.web.app import create_app
from peg.wiring.ground import Ground, open_ground
from peg.wiring.peg import open_peg


class NoWebhooks:
    """A front desk that expects nobody."""

    async def receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Receipt:
        raise AssertionError(f"a webhook of {channel}: {headers}, {body!r}")


@dataclass(frozen=True, slots=True)
class WebDoor:
    """The application and what is behind it; `caller` is the address requests come from."""

    ground: Ground
    app: object
    client: httpx2.AsyncClient


@asynccontextmanager
async def open_web(
    home: Path,
    *,
    caller: str = "127.0.0.1",
    address: str = "http://127.0.0.1:8377",
    headers: Mapping[str, str] | None = None,
    **environment: str,
) -> AsyncIterator[WebDoor]:
    """Serve PEG's pages to one client."""
    settings = {"PEG_HOME": str(home), **environment}
    async with open_ground(settings, clock=StandingClock()) as ground, open_peg(ground) as peg:
        await lay_book(ground.database)
        app = create_app(ground, NoWebhooks(), peg.desk)
        transport = httpx2.ASGITransport(
            app=app, raise_app_exceptions=False, client=(caller, 50_000)
        )
        async with httpx2.AsyncClient(
            transport=transport, base_url=address, headers=dict(headers or {})
        ) as client:
            yield WebDoor(ground, app, client)
