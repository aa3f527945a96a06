"""The practice dashboard: what a developer does by hand on Shopify's own pages for apps.

Everything here needs no credentials, takes JSON and answers JSON.
"""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from marketsim.shopify.shop import Shop

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Dashboard:
    """The addresses that consent may send the browser to."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def routes(self) -> list[Route]:
        """Where it is."""
        return [
            Route("/_dashboard/callbacks", self.list_callbacks),
            Route("/_dashboard/callbacks", self.add_callback, methods=["POST"]),
        ]

    async def list_callbacks(self, _: Request) -> Response:
        """What is registered."""
        return JSONResponse(sorted(self._shop.callbacks))

    async def add_callback(self, request: Request) -> Response:
        """Register an address, https or http on this machine; consent compares it exactly."""
        try:
            given = await request.json()
        except ValueError:
            given = None
        url = given.get("url") if isinstance(given, dict) else None
        if not isinstance(url, str) or not may_be_registered(url):
            wrong = "url must be an address: https, or http on this machine"
            return JSONResponse({"error": wrong}, 400)
        self._shop.callbacks.add(url)
        return await self.list_callbacks(request)


def may_be_registered(url: str) -> bool:
    """Whether Shopify takes it as a redirect address of an app."""
    target = urlsplit(url)
    local = target.scheme == "http" and target.hostname in LOOPBACK
    return target.hostname is not None and (target.scheme == "https" or local)
