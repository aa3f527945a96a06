"""Speak GraphQL with one shop: tokens, cost, throttling, and errors by their names."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx2
import structlog

from peg.domain.clock import Clock
from peg.marketplaces.grant import Tokens
from peg.marketplaces.http import ATTEMPTS_MAX, Door, Request, Told, marketplace_time
from peg.marketplaces.limiter import Bucket, Lane
from peg.marketplaces.port import (
    AccessRevoked,
    MarketplaceUnavailable,
    MaybeApplied,
    MissingScope,
    Refused,
    Throttled,
    TooDear,
    UnexpectedAnswer,
)
from peg.marketplaces.shopify import API_VERSION
from peg.marketplaces.shopify.costs import Costs
from peg.marketplaces.shopify.documents import documents

log = structlog.get_logger()

THROTTLED_TRIES_MAX = 5
COST_BYTES_MAX = 4096
"""What a query has cost stands at the end of its answer."""
BUCKET_POINTS = 2000.0
BUCKET_POINTS_PER_S = 100.0
"""The smallest plan's; the first answer tells the real ones."""


_POINTS_LEFT = re.compile(rb'"currentlyAvailable"\s*:\s*(\d+(?:\.\d+)?)')
_NOT_LET = (
    "Shopify does not let the app do this: add the scope to it in the Dev Dashboard, release that,"
    " and connect the shop again by `peg connect shopify`"
)
_FAILED_WITHIN = {"INTERNAL_SERVER_ERROR", "TIMEOUT"}
_THROTTLED = re.compile(rb'"code"\s*:\s*"THROTTLED"')


def told_by(answer: httpx2.Response) -> Told:
    """The points left, and a THROTTLED; read without taking the whole answer apart again."""
    end = answer.content[-COST_BYTES_MAX:]
    left = _POINTS_LEFT.search(end)
    return Told(
        quota_left=float(left[1]) if left else None,
        throttled=_THROTTLED.search(end) is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Data, and what stands beside it."""

    data: Mapping[str, Any]
    extensions: Mapping[str, Any]
    marketplace_at: datetime | None


class ShopifyClient:
    """Sends PEG's operations to one shop."""

    def __init__(self, url: str, door: Door, tokens: Tokens, clock: Clock) -> None:
        self._url = f"{url}/admin/api/{API_VERSION}/graphql.json"
        self._door = door
        self._tokens = tokens
        self._clock = clock
        self._bucket = Bucket(clock, capacity=BUCKET_POINTS, per_s=BUCKET_POINTS_PER_S)
        self._costs = Costs()
        self._firsts: dict[str, int] = {}

    async def execute(
        self, operation: str, variables: Mapping[str, Any], *, lane: Lane, writes: bool = False
    ) -> Answer:
        """Run one operation. A query that failed within Shopify is asked again.

        Raises:
            MarketplaceError: by its name; a write without an answer is `MaybeApplied`.
        """
        throttled = failed = 0
        while True:
            body = await self._ask(operation, variables, lane=lane, writes=writes)
            if _is_throttled(body.data):
                throttled += 1
                if throttled == THROTTLED_TRIES_MAX:
                    words = f"others use up the shop's points: PEG waits ({operation})"
                    raise Throttled(words, wait_s=5.0)
                continue
            try:
                return self._judged(operation, body, writes=writes)
            except MarketplaceUnavailable:
                failed += 1
                if writes or failed == ATTEMPTS_MAX:
                    raise
            await self._door.pause(failed)

    async def execute_sized(
        self, operation: str, variables: Mapping[str, Any], *, first: int, lane: Lane
    ) -> Answer:
        """Run a query with pages of `first`, or smaller ones where those cost too much.

        The formula is not public, so what fits is found out, and remembered.

        Raises:
            MarketplaceError: by its name.
        """
        first = min(first, self._firsts.get(operation, first))
        while True:
            try:
                return await self.execute(operation, {**variables, "first": first}, lane=lane)
            except TooDear:
                if first == 1:
                    raise
                first //= 2
                self._firsts[operation] = first
                log.warning("shopify.page_too_dear", operation=operation, first=first)

    async def _ask(
        self, operation: str, variables: Mapping[str, Any], *, lane: Lane, writes: bool
    ) -> Answer:
        taken = self._costs.guess(operation, variables)

        @asynccontextmanager
        async def turn() -> AsyncIterator[None]:
            await self._bucket.take(taken, lane)
            try:
                yield
            finally:
                self._bucket.ended(taken)

        token = await self._tokens.token()
        request = Request(
            operation=operation,
            method="POST",
            url=self._url,
            repeatable=not writes,
            lane=lane,
            headers={"X-Shopify-Access-Token": token, "Accept": "application/json"},
            json={"query": documents()[operation], "variables": dict(variables)},
        )
        response = await self._door.send(request, turn=turn)
        if response.status_code == 401:
            await self._tokens.refused(token)
            fresh = {**request.headers, "X-Shopify-Access-Token": await self._tokens.token()}
            response = await self._door.send(replace(request, headers=fresh), turn=turn)
        _refuse_status(operation, response.status_code)
        version = response.headers.get("x-shopify-api-version")
        if version not in {None, API_VERSION}:
            log.warning("shopify.version_fell_forward", asked=API_VERSION, answered=version)
        body = _json(operation, response.content)
        self._learn(operation, variables, body)
        return Answer(
            data=body,
            extensions=body.get("extensions") or {},
            marketplace_at=marketplace_time(response.headers),
        )

    def _learn(self, operation: str, variables: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """What this query costs, and how much is left, is the shop's to say."""
        cost = (body.get("extensions") or {}).get("cost")
        if not isinstance(cost, Mapping):
            return
        requested = cost.get("requestedQueryCost")
        if isinstance(requested, int | float):
            self._costs.learn(operation, variables, float(requested))
        status = cost.get("throttleStatus")
        if not isinstance(status, Mapping):
            return
        self._bucket.learn(
            float(status["currentlyAvailable"]),
            capacity=float(status["maximumAvailable"]),
            per_s=float(status["restoreRate"]),
        )

    def _judged(self, operation: str, answer: Answer, *, writes: bool) -> Answer:
        """HTTP 200 is no success: look at the errors, and at what is missing beside them."""
        errors = answer.data.get("errors")
        data = answer.data.get("data")
        if errors:
            raise _named(operation, errors, writes=writes, has_data=data is not None)
        if not isinstance(data, Mapping):
            raise UnexpectedAnswer(f"{operation}: an answer without data")
        return Answer(data=data, extensions=answer.extensions, marketplace_at=answer.marketplace_at)


def _json(operation: str, content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError as cause:
        raise UnexpectedAnswer(f"{operation}: an answer that is no JSON") from cause
    if not isinstance(body, dict):
        raise UnexpectedAnswer(f"{operation}: an answer that is no object")
    return body


def _refuse_status(operation: str, status: int) -> None:
    if status == 401:
        raise AccessRevoked(
            "Shopify does not take PEG's token any more: run `peg connect shopify` again"
            f" ({operation}: 401)"
        )
    if status == 403:
        raise MissingScope(f"{_NOT_LET} ({operation}: 403)")
    if status == 404:
        raise MarketplaceUnavailable(
            "Shopify knows no shop at this address: see in its admin whether it was closed or goes"
            f" by another one, and run `peg connect shopify` with that ({operation}: 404)"
        )
    if status >= 400:
        raise Refused(f"Shopify refuses what PEG asked: report it ({operation}: {status})")


def _is_throttled(body: Mapping[str, Any]) -> bool:
    errors = body.get("errors")
    return isinstance(errors, list) and any(_code(error) == "THROTTLED" for error in errors)


def _code(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    return str(extensions.get("code", "")) if isinstance(extensions, Mapping) else ""


def _is_denied_whole(error: Any) -> bool:
    """Whether the mutation itself was denied, and not only a field of what it answers."""
    path = error.get("path") if isinstance(error, Mapping) else None
    return _code(error) == "ACCESS_DENIED" and isinstance(path, Sequence) and len(path) == 1


def _may_be_applied(error: Any, *, has_data: bool) -> bool:
    """Whether a mutation may have been carried out although an error came for it.

    One that failed within Shopify, or took too long, may have been; what is wrong with the
    operation or the right to it is said before anything is done.
    """
    if has_data:
        return not _is_denied_whole(error)
    is_about_the_text = isinstance(error, Mapping) and "locations" in error and "path" not in error
    return _code(error) in _FAILED_WITHIN or not (_code(error) or is_about_the_text)


def _named(operation: str, errors: Any, *, writes: bool, has_data: bool) -> Exception:
    first = errors[0] if isinstance(errors, list) else {"message": str(errors)}
    words = first.get("message", "") if isinstance(first, Mapping) else str(first)
    sentence = f"Shopify says: {words} ({operation})"
    if writes and _may_be_applied(first, has_data=has_data):
        return MaybeApplied(f"{sentence}: whether it was carried out is not told; it is read again")
    match _code(first):
        case "ACCESS_DENIED":
            return MissingScope(f"{_NOT_LET} ({operation}: {words})")
        case code if code in _FAILED_WITHIN:
            return MarketplaceUnavailable(sentence)
        case "MAX_COST_EXCEEDED":
            return TooDear(sentence)
        case _:
            return Refused(sentence)
