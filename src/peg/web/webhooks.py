"""Webhooks: the raw bytes are checked, kept and committed; then they are acknowledged.

Any answer but 2xx makes a marketplace send again, and Shopify deletes a subscription after eight
failures in a row. So only what nobody known has signed (401), what is too large (413) and what
could not be kept (503) is refused. A signed delivery of an unknown topic, or without its number, is
kept and answered 200: sent again it would come the same.
"""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter, Request, Response

from peg.domain.errors import PegError
from peg.domain.identity import Channel
from peg.intake.inbox import Receipt
from peg.intake.reception import Unsigned
from peg.monitoring.metrics import Metrics
from peg.web.refusals import BodyTooLarge, NotSigned

WEBHOOK_BODY_BYTES_MAX = 1_000_000


class FrontDesk(Protocol):
    """Keeps webhook deliveries."""

    async def receive(self, channel: Channel, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Keep one; committed when this returns."""


def webhook_routes(front: FrontDesk, metrics: Metrics) -> APIRouter:
    """POST /webhooks/shopify and /webhooks/etsy."""
    routes = APIRouter(prefix="/webhooks", tags=["webhooks"])

    async def receive(channel: Channel, request: Request) -> Response:
        try:
            body = await whole_body(request)
            receipt = await front.receive(channel, request.headers, body)
        except Unsigned as error:
            metrics.webhooks.labels(channel.value, "unsigned").inc()
            raise NotSigned(str(error)) from error
        except PegError as error:
            metrics.webhooks.labels(channel.value, type(error).__name__).inc()
            raise
        metrics.webhooks.labels(channel.value, receipt.value).inc()
        return Response(status_code=200)

    @routes.post("/shopify")
    async def shopify(request: Request) -> Response:
        """A delivery of Shopify, compliance topics included."""
        return await receive(Channel.SHOPIFY, request)

    @routes.post("/etsy")
    async def etsy(request: Request) -> Response:
        """A delivery of Etsy."""
        return await receive(Channel.ETSY, request)

    return routes


async def whole_body(request: Request, *, bytes_max: int = WEBHOOK_BODY_BYTES_MAX) -> bytes:
    """The raw bytes, as signed; stops reading at the limit.

    Raises:
        BodyTooLarge: announced or sent more than `bytes_max`.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > bytes_max:
        raise BodyTooLarge(f"{announced} bytes announced, {bytes_max} allowed")
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > bytes_max:
            raise BodyTooLarge(f"more than {bytes_max} bytes sent")
    return bytes(parts)
