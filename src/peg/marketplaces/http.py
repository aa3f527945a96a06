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
from peg.marketplaces.breaker import Admission, Breaker
from peg.marketplaces.calls import NEVER_SENT, Call, CallLog
from peg.marketplaces.limiter import Lane
from peg.marketplaces.port import (
    MarketplaceError,
    MarketplaceUnavailable,
    MaybeApplied,
    ShopFrozen,
    Throttled,
    TooLate,
)

ATTEMPTS_MAX = 4
RETRY_WAIT_S = 0.25
RETRY_WAIT_S_MAX = 8.0
RETRY_BUDGET_S = 30.0
CONNECT_TIMEOUT_S = 5.0

WHEN_SILENT = "see whether this machine is on line and the marketplace up, then try again"
WHEN_IN_TROUBLE = "the fault is the marketplace's; try again in a minute"

_SECONDS = re.compile(r"\d+(\.\d+)?\Z", re.ASCII)
FROZEN = {402: "its bill is not paid", 423: "it is locked"}
Turn = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    Attributes:
        operation: the marketplace's own name for it; counted and logged.
        repeatable: sending it twice does what sending it once does: reads, and writes with a key.
        lane: its place in the queue when the quota is short.
        send_before: once its turn comes later than that, it is not sent.
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
    send_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an answer tells beside what was asked.

    Attributes:
        quota_left: Shopify's points, Etsy's calls of the day; None where it does not say.
        throttled: it says in its body, and not by its status, that we are to wait.
    """

    quota_left: float | None = None
    throttled: bool = False


Tells = Callable[[httpx2.Response], Told]


def untold(_: httpx2.Response) -> Told:
    """Of a marketplace whose answers tell nothing else."""
    return Told()


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
        tells: Tells = untold,
    ) -> None:
        self._tells = tells
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
            TooLate: its turn came after `send_before`.
            Throttled: we are asked to wait for longer than a retry should.
            BreakerOpen: the shop has failed too often just now.
            ShopFrozen: the marketplace has closed the shop.
        """
        begun = self._clock.monotonic()
        attempt = 1
        while True:
            try:
                async with turn():
                    self._is_in_time(request)
                    return await self._once(request, attempt, self.breaker.admit())
            except (MarketplaceUnavailable, Throttled) as error:
                wait_s = self._wait_s(error, attempt)
                spent_s = self._clock.monotonic() - begun
                if attempt >= ATTEMPTS_MAX or spent_s + wait_s > RETRY_BUDGET_S:
                    raise
                await self._clock.sleep(wait_s)
                attempt += 1

    async def pause(self, attempt: int) -> None:
        """Wait as before another try, for who has found the failure within the answer."""
        await self._clock.sleep(self._backoff_s(attempt))

    def _is_in_time(self, request: Request) -> None:
        if request.send_before is not None and self._clock.now() > request.send_before:
            raise TooLate(
                f"{request.operation}: it waited for its turn until what it stood on was old, so"
                " nothing was sent"
            )

    async def _once(self, request: Request, attempt: int, admission: Admission) -> httpx2.Response:
        begun = self._clock.monotonic()
        outcome = "abandoned"
        response, told = None, Told()
        try:
            response = await self._ask(request)
            told = self._tells(response)
            outcome = _outcome(response, told)
            self._judge(request, response, admission)
        except httpx2.TransportError as error:
            outcome = "no answer"
            self.breaker.failed(admission)
            raise _no_answer(self._shop, request, error) from error
        else:
            return response
        finally:
            if outcome == "abandoned":
                self.breaker.abandoned(admission)
            self._calls.ended(
                Call(
                    shop=self._shop,
                    operation=request.operation,
                    outcome=outcome,
                    seconds=self._clock.monotonic() - begun,
                    tries=attempt,
                    answer=response,
                    quota_left=told.quota_left,
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

    def _judge(self, request: Request, response: httpx2.Response, admission: Admission) -> None:
        status = response.status_code
        if status >= 500:
            self.breaker.failed(admission)
            raise _failed(self._shop, request, status)
        self.breaker.succeeded(admission)
        if status in {429, 430}:
            wait_s = retry_after_s(response.headers)
            raise Throttled(f"{self._shop} asks to wait ({request.operation})", wait_s=wait_s)
        if status in FROZEN:
            raise frozen(self._shop, status)

    def _wait_s(self, error: MarketplaceError, attempt: int) -> float:
        """Full jitter: so that many who failed together do not come back together."""
        if isinstance(error, Throttled) and error.wait_s > 0:
            return error.wait_s + self._rng.uniform(0, RETRY_WAIT_S)
        return self._backoff_s(attempt)

    def _backoff_s(self, attempt: int) -> float:
        return self._rng.uniform(0, min(RETRY_WAIT_S_MAX, RETRY_WAIT_S * 2.0**attempt))


def frozen(shop: str, status: int) -> ShopFrozen:
    """The marketplace has closed a shop, named as a person knows it; one of `FROZEN` tells why."""
    return ShopFrozen(
        f"the marketplace has closed {shop}: {FROZEN[status]}. Open it again in its admin; PEG goes"
        " on by itself"
    )


def _outcome(response: httpx2.Response, told: Told) -> str:
    if told.throttled:
        return "throttled"
    return "ok" if response.is_success else str(response.status_code)


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds of a Retry-After header, given as such or as a date; 0 where it cannot be told.

    A date is measured by the marketplace's own clock, which stands beside it.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.match(text):
        return float(text)
    until, now = _moment(text), marketplace_time(headers)
    if until is None or now is None:
        return 0.0
    return max(0.0, (until - now).total_seconds())


def marketplace_time(headers: Mapping[str, str]) -> datetime | None:
    """The marketplace's own clock at its answer, in whole seconds; None when it does not say."""
    return _moment(headers.get("date", ""))


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None


def _no_answer(shop: ShopId, request: Request, error: httpx2.TransportError) -> MarketplaceError:
    sentence = f"{shop} gives no answer ({request.operation}: {type(error).__name__})"
    if request.repeatable or isinstance(error, NEVER_SENT):
        return MarketplaceUnavailable(f"{sentence}: {WHEN_SILENT}")
    return MaybeApplied(f"{sentence}: it may have been applied; it is read before deciding")


def _failed(shop: ShopId, request: Request, status: int) -> MarketplaceError:
    sentence = f"{shop} is in trouble ({request.operation}: {status})"
    if request.repeatable:
        return MarketplaceUnavailable(f"{sentence}: {WHEN_IN_TROUBLE}")
    return MaybeApplied(f"{sentence}: it may have been applied; it is read before deciding")
