"""The desk at which shops are connected, as PEG makes it from its settings."""

from typing import Any

import httpx2
from tests.support.shops import key_ring

from peg.shops.connect.desk import Desk
from peg.shops.sealing import KeyRing
from peg.wiring.ground import Ground


def desk_of(ground: Ground, http: httpx2.AsyncClient, ring: KeyRing | None = None) -> Desk:
    return Desk(
        database=ground.database,
        clock=ground.clock,
        ring=ring or key_ring(),
        http=http,
        shopify_url=ground.settings.shopify_url,
        etsy_url=ground.settings.etsy_url,
        etsy_consent_url=ground.settings.consent_url,
    )


def refusing(error: str, asked: list[str]) -> httpx2.AsyncClient:
    """Refuses whatever is asked of any host, and notes which hosts those were."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(f"{request.url.scheme}://{request.url.host}")
        return httpx2.Response(400, json={"error": error})

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))


def answering(status: int, **said: Any) -> httpx2.AsyncClient:
    """Answers every request alike: with `text=`, `json=` or nothing."""

    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, **said)

    return httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
