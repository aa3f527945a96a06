"""The one way out: time-outs, retries of what may be repeated, the breaker, and a log of it all."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random
from typing import Any

import httpx2

from peg.domain.clock import Clock
from peg.domain.identity import ShopId
from peg.marketplaces.breaker import Breaker
from peg.marketplaces.calls import Call, CallLog
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import (
    MarketplaceError,
    MarketplaceUnavailable,
    MaybeApplied,
    ShopFrozen,
    Throttled,
)

ATTEMPTS_MAX = 4
RETRY_WAIT_S = 0.25
RETRY_WAIT_S_MAX = 8.0
RETRY_BUDGET_S = 30.0
CONNECT_TIMEOUT_S = 5.0

_SECONDS = re.compile(r"\d+(\.\d+)?\Z", re.ASCII)
_FROZEN = {402: "its bill is not paid", 423: "it is locked"}
Turn = Callable[[], AbstractAsyncContextManager[None]]
QuotaLeft = Callable[[httpx2.Response], float | None]
"""What an answer tells of the quota: Shopify's points, Etsy's calls of the day."""
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    Attributes:
        operation: the marketplace's own name for it; counted and logged.
        repeatable: sending it twice does what sending it once does: reads, and writes with a key.
        lane: its place in the queue when the quota is short.
    """

    operation: str
    method: str
    url: str
    repeatable: bool
    lane: Lane
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] | None = None
    json: Any = None
    content: bytes | None = None
    form: Mapping[str, str] | None = None
    timeout_s: float = 15.0


def untold(_: httpx2.Response) -> None:
    """Of a marketplace whose answers tell nothing of the quota."""


class Door:
    """Sends requests of one shop. Answers below 500 (but 402, 423, 429 and 430) are handed out."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        clock: Clock,
        rng: Random,
        *,
        shop: ShopId,
        calls: CallLog,
        quota_left: QuotaLeft = untold,
    ) -> None:
        self._quota_left = quota_left
        self._client = client
        self._clock = clock
        self._rng = rng
        self._shop = shop
        self._calls = calls
        self.breaker = Breaker(clock, name=shop)

    async def send(self, request: Request, *, turn: Turn = nullcontext) -> httpx2.Response:
        """Send a request; what may be repeated is tried again with growing pauses.

        Args:
            request: what to ask.
            turn: entered for each try, repeated ones too: where it waits for the quota.

        Raises:
            MarketplaceUnavailable: no answer, and nothing was changed.
            MaybeApplied: a write got no answer: it may have been applied.
            Throttled: we are asked to wait for longer than a retry should.
            BreakerOpen: the shop has failed too often just now.
            ShopFrozen: the marketplace has closed the shop.
        """
        begun = self._clock.monotonic()
        attempt = 1
        while True:
            try:
                async with turn():
                    self.breaker.admit()
                    return await self._once(request, attempt)
            except (MarketplaceUnavailable, Throttled) as error:
                wait_s = self._wait_s(error, attempt)
                spent_s = self._clock.monotonic() - begun
                if attempt >= ATTEMPTS_MAX or spent_s + wait_s > RETRY_BUDGET_S:
                    raise
                await self._clock.sleep(wait_s)
                attempt += 1

    async def _once(self, request: Request, attempt: int) -> httpx2.Response:
        begun = self._clock.monotonic()
        outcome = "abandoned"
        response = None
        try:
            response = await self._ask(request)
            outcome = "ok" if response.is_success else str(response.status_code)
            self._judge(request, response)
        except httpx2.TransportError as error:
            outcome = "no answer"
            self.breaker.failed()
            raise _no_answer(request, error) from error
        else:
            return response
        finally:
            if outcome == "abandoned":
                self.breaker.abandoned()
            self._calls.ended(
                Call(
                    shop=self._shop,
                    operation=request.operation,
                    outcome=outcome,
                    seconds=self._clock.monotonic() - begun,
                    tries=attempt,
                    answer=response,
                    quota_left=None if response is None else self._quota_left(response),
                )
            )

    async def _ask(self, request: Request) -> httpx2.Response:
        return await self._client.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            params=dict(request.params) if request.params else None,
            json=request.json,
            content=request.content,
            data=dict(request.form) if request.form else None,
            timeout=httpx2.Timeout(request.timeout_s, connect=CONNECT_TIMEOUT_S),
        )

    def _judge(self, request: Request, response: httpx2.Response) -> None:
        status = response.status_code
        if status >= 500:
            self.breaker.failed()
            raise _failed(request, status)
        self.breaker.succeeded()
        if status in {429, 430}:
            wait_s = retry_after_s(response, now=self._clock.now())
            raise Throttled(f"{request.operation}: the marketplace asks to wait", wait_s=wait_s)
        if status in _FROZEN:
            raise ShopFrozen(
                f"the marketplace has closed {self._shop}: {_FROZEN[status]}. Open it again in its"
                " admin; PEG goes on by itself"
            )

    def _wait_s(self, error: MarketplaceError, attempt: int) -> float:
        """Full jitter: so that many who failed together do not come back together."""
        if isinstance(error, Throttled) and error.wait_s > 0:
            return error.wait_s + self._rng.uniform(0, RETRY_WAIT_S)
        return self._rng.uniform(0, min(RETRY_WAIT_S_MAX, RETRY_WAIT_S * 2.0**attempt))


def retry_after_s(response: httpx2.Response, *, now: datetime) -> float:
    """Seconds of a Retry-After header, given as such or as a date; 0 without one."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return 0.0
    if _SECONDS.match(text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (until.astimezone(UTC) - now).total_seconds())


def marketplace_time(response: httpx2.Response) -> datetime | None:
    """The marketplace's own clock at its answer, in whole seconds; None when it does not say."""
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None


def _no_answer(request: Request, error: httpx2.TransportError) -> MarketplaceError:
    sentence = f"{request.operation}: no answer ({type(error).__name__})"
    if request.repeatable or isinstance(error, _NEVER_SENT):
        return MarketplaceUnavailable(sentence)
    return MaybeApplied(f"{sentence}: it may have been applied; it is read before deciding")


def _failed(request: Request, status: int) -> MarketplaceError:
    sentence = f"{request.operation}: the marketplace failed ({status})"
    if request.repeatable:
        return MarketplaceUnavailable(sentence)
    return MaybeApplied(f"{sentence}: it may have been applied; it is read before deciding")
