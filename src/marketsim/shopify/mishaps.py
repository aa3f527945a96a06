"""What goes wrong on the wire: refusals from the edge, slow answers and broken connections."""

from typing import Any

import httpx2
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from marketsim.shopify.shop import Shop

_BODIES: dict[int, Any] = {
    400: {"errors": {"query": "Required parameter missing or invalid"}},
    402: {"errors": "Unavailable Shop"},
    403: {"errors": "[API] This action requires merchant approval for the needed scope."},
    404: {"errors": "Not Found"},
    422: {"errors": "Unprocessable"},
    423: {"errors": "Locked: unavailable shop"},
    429: {"errors": "Exceeded the rate limit. Slow down."},
    430: {"errors": "Shopify Security Rejection"},
    500: {"errors": "Internal Server Error"},
    503: {"errors": "Service Unavailable"},
}
RETRY_AFTER_S = 2.0


class ConnectionLost(httpx2.RemoteProtocolError):
    """The server closed the connection before its answer was whole."""


class BrokenAnswer(Response):
    """Promises a body and closes the connection instead."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"da', "more_body": True})
        raise ConnectionLost("peer closed connection without sending complete message body")


def before(shop: Shop) -> Response | None:
    """What answers instead of the shop, before anything was done."""
    if shop.strikes("connection_dropped"):
        return BrokenAnswer()
    for status, body in _BODIES.items():
        if shop.strikes(f"http_{status}"):
            headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 429 else {}
            return JSONResponse(body, status, headers)
    return None


def after_write(shop: Shop) -> Response | None:
    """What answers instead of the shop, after a write was applied."""
    if shop.strikes("response_lost"):
        return BrokenAnswer()
    if shop.strikes("bad_gateway_after_write"):
        return JSONResponse({"errors": "Bad Gateway"}, 502)
    return None


def latency_s(shop: Shop) -> float:
    """How much slower than usual this answer is, in market seconds."""
    if not shop.strikes("latency"):
        return 0.0
    return shop.faults.stream("shopify.latency").uniform(0.1, 2.0)
