"""What every call passes: key, limits, token and scope; and what goes wrong on the way."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from marketsim.broken import BrokenAnswer
from marketsim.etsy.asked import Answer, Asked
from marketsim.etsy.credentials import KEYSTRING, SHARED_SECRET, SHOP_ID
from marketsim.etsy.operation import Operation
from marketsim.etsy.reading import read
from marketsim.etsy.refusals import Refusal, bad, not_found, oauth, refused, written
from marketsim.etsy.shop import Shop

SLOWER_S = (0.05, 2.0)


def serve(shop: Shop, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of an operation."""

    async def endpoint(request: Request) -> Response:
        shop.tally.called(operation.name)
        slower_s = _slower_s(shop)
        if slower_s:
            await shop.clock.sleep(slower_s / 2)
        response = await _answered(shop, operation, request)
        if slower_s:
            await shop.clock.sleep(slower_s / 2)
        if isinstance(response, BrokenAnswer):
            shop.tally.lost()
        else:
            shop.tally.answered(response.status_code)
        return response

    return endpoint


async def _answered(shop: Shop, operation: Operation, request: Request) -> Response:
    if shop.strikes("connection_dropped"):
        return BrokenAnswer()
    try:
        _check_key(request)
    except Refusal as refusal:
        return JSONResponse(written(refusal, shop.strikes), refusal.status)
    throttled = shop.limits.admit()
    headers = shop.limits.headers()
    if throttled is not None:
        shop.tally.throttled(throttled.why)
        headers["retry-after"] = str(throttled.retry_after_s)
        if throttled.sentence.startswith("Exceeded daily"):
            headers["x-remaining-today"] = "0"
        return JSONResponse({"error": throttled.sentence}, 429, headers)
    try:
        return await _done(shop, operation, request, headers)
    except Refusal as refusal:
        return JSONResponse(written(refusal, shop.strikes), refusal.status, headers)


async def _done(
    shop: Shop, operation: Operation, request: Request, headers: dict[str, str]
) -> Response:
    scopes = _scopes(shop, operation, request)
    if shop.strikes("server_error"):
        status = shop.faults.stream("etsy.server_error").choice((500, 503))
        raise refused(status, "Server error")
    asked = await read(operation, request, scopes)
    _check_asked(shop, operation, asked)
    shop.life.end_due()
    answer = operation.act(shop, asked)
    if shop.strikes("response_lost"):
        return BrokenAnswer()
    if operation.writes and shop.strikes("error_after_write"):
        raise refused(500, "Server error")
    return _response(answer, headers)


def _response(answer: Answer, headers: dict[str, str]) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return JSONResponse(answer.body, answer.status, headers)


def _check_key(request: Request) -> None:
    given = request.headers.get("x-api-key", "")
    if not given:
        raise refused(403, "Missing x-api-key header or client_id")
    if not hmac.compare_digest(given.encode(), f"{KEYSTRING}:{SHARED_SECRET}".encode()):
        raise refused(403, "API key not found or not active, or shared secret is incorrect")


def _scopes(shop: Shop, operation: Operation, request: Request) -> frozenset[str] | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if not token:
        if operation.scope is None:
            return None
        raise oauth(401, "invalid_token", "this resource needs an access token")
    if kind.lower() != "bearer":
        raise oauth(401, "invalid_token", "the access token must be a Bearer token")
    scopes = shop.grants.scopes_of(token.strip())
    if operation.scope is not None and operation.scope not in scopes:
        raise oauth(403, "insufficient_scope", f"the token lacks the scope {operation.scope}")
    return scopes


def _check_asked(shop: Shop, operation: Operation, asked: Asked) -> None:
    if asked.path.get("shop_id", SHOP_ID) != SHOP_ID:
        raise not_found("a shop of this id")
    if not shop.strikes("unknown_fields_ignored"):
        sent = (name.removesuffix("[]") for name in (*asked.query.values, *asked.form.values))
        unknown = sorted(set(sent) - operation.known)
        if unknown:
            raise bad(f"Unknown parameters: {', '.join(unknown)}")


def _slower_s(shop: Shop) -> float:
    if not shop.strikes("latency"):
        return 0.0
    return shop.faults.stream("etsy.latency").uniform(*SLOWER_S)
