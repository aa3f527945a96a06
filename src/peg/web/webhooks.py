"""Webhooks: the raw bytes are checked, kept and committed; then they are acknowledged.

Any answer but 2xx makes a marketplace send again, and Shopify deletes a subscription after eight
failures in a row. So only what nobody known has signed (401), what is too large (413) and what
could not be kept (503) is refused. A signed delivery of an unknown topic, or without its number, is
kept and answered 200: sent again it would come the same.
"""

from collections.abc import Mapping
from typing import Protocol

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from peg.domain.errors import PegError
from peg.domain.identity import Channel
from peg.intake.inbox import Receipt
from peg.intake.reception import Unsigned
from peg.monitoring.metrics import Metrics
from peg.web.problems import documented
from peg.web.refusals import BodyCutOff, BodyTooLarge, NotSigned

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
        except ClientDisconnect as error:
            metrics.webhooks.labels(channel.value, BodyCutOff.__name__).inc()
            raise BodyCutOff("the sender hung up before the whole body had come") from error
        except PegError as error:
            metrics.webhooks.labels(channel.value, type(error).__name__).inc()
            raise
        metrics.webhooks.labels(channel.value, receipt.value).inc()
        return Response(status_code=200)

    answers = {200: {"description": "Kept."}, **documented(401, 413, 503)}
    takes = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}

    @routes.post("/shopify", responses=answers, openapi_extra=takes, response_class=Response)
    async def shopify(request: Request) -> Response:
        """A delivery of Shopify, signed by the app's secret; compliance topics included."""
        return await receive(Channel.SHOPIFY, request)

    @routes.post("/etsy", responses=answers, openapi_extra=takes, response_class=Response)
    async def etsy(request: Request) -> Response:
        """A delivery of Etsy, signed by the portal's secret within the last five minutes."""
        return await receive(Channel.ETSY, request)

    return routes


async def whole_body(request: Request, *, bytes_max: int = WEBHOOK_BODY_BYTES_MAX) -> bytes:
    """The raw bytes, as signed; stops reading at the limit.

    Raises:
        BodyTooLarge: announced or sent more than `bytes_max`.
    """
    announced = request.headers.get("content-length", "").lstrip("0")
    too_long = len(announced) > len(str(bytes_max))
    if announced.isascii() and announced.isdecimal() and (too_long or int(announced) > bytes_max):
        raise _too_large(bytes_max)
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > bytes_max:
            raise _too_large(bytes_max)
    return bytes(parts)


def _too_large(bytes_max: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"more than {bytes_max:,} bytes: no webhook of a marketplace is so large. If it was one all"
        " the same, the next poll reads what it told of"
    )
