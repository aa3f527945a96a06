"""What goes wrong on the wire: refusals from the edge, slow answers and broken connections."""

from typing import Any

from starlette.responses import JSONResponse, Response

from marketsim.broken import BrokenAnswer
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


def before(shop: Shop) -> Response | None:
    """What answers instead of the shop, before anything was done."""
    if shop.strikes("connection_dropped"):
        return BrokenAnswer()
    for status, body in _BODIES.items():
        if shop.strikes(f"http_{status}"):
            headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 429 else {}
            return JSONResponse(body, status, headers)
    return None


def after(shop: Shop, *, wrote: bool) -> Response | None:
    """What answers instead of the shop, after it has done what it was asked."""
    if shop.strikes("response_lost"):
        return BrokenAnswer()
    if wrote and shop.strikes("bad_gateway_after_write"):
        return JSONResponse({"errors": "Bad Gateway"}, 502)
    return None


def latency_s(shop: Shop) -> float:
    """How much slower than usual this answer is, in market seconds."""
    if not shop.strikes("latency"):
        return 0.0
    return shop.faults.stream("shopify.latency").uniform(0.1, 2.0)
