"""The GraphQL address: who asks, in which version, and what goes wrong around the answer."""

from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from marketsim.shopify.call import Call
from marketsim.shopify.counts import Counts
from marketsim.shopify.execution import Prepared, Unreadable, prepare, run
from marketsim.shopify.mishaps import after, before, latency_s
from marketsim.shopify.shop import Shop
from marketsim.shopify.versions import answering

UNAUTHORIZED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


class GraphQLAddress:
    """POST /admin/api/{version}/graphql.json."""

    def __init__(self, shop: Shop, counts: Counts) -> None:
        self._shop = shop
        self._counts = counts

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        response = await self._answer(request)
        self._counts.statuses[response.status_code] += 1
        response.headers.setdefault("X-Request-Id", self._shop.store.uuid())
        return response

    async def _answer(self, request: Request) -> Response:
        shop = self._shop
        mishap = before(shop)
        if mishap is not None:
            self._counts.http_429_injected += mishap.status_code == 429
            return mishap
        asked = request.path_params["version"]
        version = answering(asked, falls_forward=shop.strikes("version_falls_forward"))
        if version is None:
            return JSONResponse({"errors": "Not Found"}, 404)
        token = request.headers.get("x-shopify-access-token", "")
        if shop.strikes("token_expires_early"):
            shop.tokens.revoke(token)
        granted = shop.tokens.find(token)
        if granted is None:
            return JSONResponse({"errors": UNAUTHORIZED}, 401)
        headers = {"X-Shopify-API-Version": version}
        given = await _given(request)
        if given is None:
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        try:
            prepared = prepare(given["query"], given.get("operationName"))
        except Unreadable as unreadable:
            return JSONResponse({"errors": unreadable.errors}, headers=headers)
        self._counts.operations[prepared.name] += 1
        call = Call(shop=shop, scopes=granted.scopes)
        return await self._run(call, prepared, given.get("variables") or {}, headers)

    async def _run(
        self, call: Call, prepared: Prepared, variables: dict[str, Any], headers: dict[str, str]
    ) -> Response:
        shop = self._shop
        late_s = latency_s(shop)
        if late_s:
            await shop.clock.sleep(late_s / 2)
        struck = shop.faults.struck.get("shopify.throttled", 0)
        if prepared.mutates:
            shop.subscriptions.new_action()
        answer = run(call, prepared, variables)
        self._count(answer, injected=shop.faults.struck.get("shopify.throttled", 0) > struck)
        try:
            if late_s:
                await shop.clock.sleep(late_s / 2)
        finally:
            for settle in call.settle:
                settle()
        lost = after(shop, wrote=prepared.mutates and bool(answer.get("data")))
        return lost or self._written(answer, headers)

    def _written(self, answer: dict[str, Any], headers: dict[str, str]) -> Response:
        if not _is_throttled(answer) or self._shop.strikes("throttled_as_200"):
            return JSONResponse(answer, headers=headers)
        cost = answer["extensions"]["cost"]
        left = cost["throttleStatus"]
        missing = cost["requestedQueryCost"] - left["currentlyAvailable"]
        wait_s = ceil(max(1, missing / left["restoreRate"]))
        return JSONResponse(answer, 429, headers | {"Retry-After": str(wait_s)})

    def _count(self, answer: dict[str, Any], *, injected: bool) -> None:
        cost = answer.get("extensions", {}).get("cost", {})
        self._counts.points_spent += cost.get("actualQueryCost") or 0
        if _is_throttled(answer):
            self._counts.throttled_injected += injected
            self._counts.throttled += not injected


def _is_throttled(answer: dict[str, Any]) -> bool:
    """Whether the bucket could not pay for it."""
    codes = [error.get("extensions", {}).get("code") for error in answer.get("errors", ())]
    return codes == ["THROTTLED"]


async def _given(request: Request) -> dict[str, Any] | None:
    """The body, if it is JSON with a query."""
    try:
        given = await request.json()
    except ValueError:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        return None
    return given if isinstance(given.get("variables") or {}, dict) else None
