"""The courier that carries signed webhooks to their subscribers, and loses some on the way."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import httpx2

from marketsim.clock import MarketClock
from marketsim.faults import Fault, Faults
from marketsim.pieces import MarketName

Sign = Callable[[bytes, int], Mapping[str, str]]
"""Headers for this body on this attempt (1 is the first), signature and content type included."""

Kind = Literal["genuine", "doubled", "forged"]
KEPT_ATTEMPTS = 20_000


class NothingDelivered(Exception):
    """No delivery was accepted yet that could be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How one marketplace delivers.

    Attributes:
        attempt_delays_s: market seconds before each attempt, counted from the end of the one
            before; the first is the delay after the event.
        connect_timeout_s: real seconds until the subscriber must have accepted the connection.
        total_timeout_s: real seconds until it must have answered.
        gives_up_after: failed attempts in a row to reach one subscription, of whichever notices,
            after which it is given up.
    """

    attempt_delays_s: tuple[float, ...]
    connect_timeout_s: float
    total_timeout_s: float
    gives_up_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event for one subscription.

    Attributes:
        again: the bytes of a further attempt; without it they are those of the first.
    """

    id: str
    subscription: str
    topic: str
    url: str
    body: bytes
    sign: Sign
    again: Callable[[], bytes] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request sent and what came back, by `answered_at`; `status` is None when nothing did.

    `kind`: "doubled" is the second copy of a delivery, "forged" a stranger's imitation of it.
    """

    notice: str
    subscription: str
    topic: str
    url: str
    number: int
    kind: Kind
    at: datetime
    status: int | None
    error: str
    answered_at: datetime

    @property
    def accepted(self) -> bool:
        """Whether the subscriber answered 2xx; a redirect is a failure."""
        return self.status is not None and 200 <= self.status < 300


def webhook_faults(market: MarketName) -> dict[str, Fault]:
    """What goes wrong between a marketplace and its subscribers, for the market's `FAULTS`."""
    known = (
        ("lost", 0.005, "A webhook is never sent, and never tried again."),
        ("doubled", 0.01, "A webhook is delivered twice with the same id."),
        ("reordered", 0.02, "A webhook is held back 0.2 to 5 s, so that later ones overtake it."),
        ("delayed", 0.002, "A webhook is sent 1 minute to 24 hours late."),
        ("forged", 0.0, "A stranger sends a copy whose body does not fit its signature."),
    )
    return {
        name: Fault(name=name, rate=rate, about=about)
        for name, rate, about in (
            (f"{market}.webhook_{k}", rate, about) for k, rate, about in known
        )
    }


class Courier:
    """Delivers one marketplace's webhooks by its terms, in market time; remembers attempts."""

    def __init__(
        self,
        *,
        market: MarketName,
        clock: MarketClock,
        faults: Faults,
        http: httpx2.AsyncClient,
        terms: Terms,
        on_given_up: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """Deliver through `http`; ask `on_given_up` whether one that failed too often is gone.

        `faults` must know `webhook_faults(market)`.
        """
        self._market = market
        self._clock = clock
        self._faults = faults
        self._http = http
        self._terms = terms
        self._on_given_up = on_given_up
        self._timeout = httpx2.Timeout(terms.total_timeout_s, connect=terms.connect_timeout_s)
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._attempts: deque[Attempt] = deque(maxlen=KEPT_ATTEMPTS)
        self._failures: Counter[str] = Counter()
        """In a row, by subscription."""
        self._counts: Counter[str] = Counter()
        self._newest: Notice | None = None

    @property
    def waiting(self) -> int:
        """Notices still to be delivered or given up, retries included."""
        return len(self._tasks)

    def send(self, notice: Notice) -> None:
        """Deliver in the background; needs a running event loop. Order is not promised."""
        self._counts["noticed"] += 1
        if self._strikes("lost"):
            self._counts["lost"] += 1
            return
        held_s = self._held_back_s()
        self._begin(notice, "genuine", held_s)
        if self._strikes("doubled"):
            self._begin(notice, "doubled", held_s + self._draw_s("doubled", 0.0, 2.0))
        if self._strikes("forged"):
            self._begin(notice, "forged", held_s)

    def repeat(self) -> str:
        """Send what was accepted last once more, as marketplaces do now and then; its id.

        Raises:
            NothingDelivered: there is nothing yet.
        """
        if self._newest is None:
            raise NothingDelivered(self._market)
        self._begin(self._newest, "doubled", 0.0)
        return self._newest.id

    def forget(self, subscription: str) -> None:
        """The subscription is gone: nothing more is sent to it."""
        for task, theirs in list(self._tasks.items()):
            if theirs == subscription and task is not asyncio.current_task():
                task.cancel()

    def record(self) -> tuple[Attempt, ...]:
        """The attempts made, oldest first; the last 20,000 are kept."""
        return tuple(self._attempts)

    def report(self) -> dict[str, Any]:
        """Counts by outcome and the attempts, as JSON."""
        return {
            "waiting": self.waiting,
            "counts": dict(self._counts),
            "attempts": [_told(attempt) for attempt in self._attempts],
        }

    async def close(self) -> None:
        """Stop; undelivered notices are dropped."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, notice: Notice, kind: Kind, held_s: float) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(notice, kind, held_s))
        self._tasks[task] = notice.subscription
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def _deliver(self, notice: Notice, kind: Kind, held_s: float) -> None:
        for number, delay_s in enumerate(self._terms.attempt_delays_s, start=1):
            wait_s = delay_s + (held_s if number == 1 else 0)
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            attempt = await self._attempt(notice, kind, number)
            self._note(attempt)
            if attempt.accepted and kind == "genuine":
                self._newest = notice
            if attempt.accepted or kind == "forged":
                return
            if self._is_given_up(notice.subscription):
                self._counts["given_up"] += 1
                return
        self._counts["never_delivered"] += 1

    async def _attempt(self, notice: Notice, kind: Kind, number: int) -> Attempt:
        at = self._clock.now()
        told = notice.again() if notice.again and number > 1 else notice.body
        headers = notice.sign(told, number)
        body = told + b" " if kind == "forged" else told
        status, error = None, ""
        try:
            async with asyncio.timeout(self._terms.total_timeout_s):
                answer = await self._http.post(
                    notice.url, content=body, headers=dict(headers), timeout=self._timeout
                )
            status = answer.status_code
        except TimeoutError:
            error = f"no answer within {self._terms.total_timeout_s} s"
        except (httpx2.HTTPError, httpx2.InvalidURL) as failure:
            error = f"{type(failure).__name__}: {failure}"
        return Attempt(
            notice=notice.id,
            subscription=notice.subscription,
            topic=notice.topic,
            url=notice.url,
            number=number,
            kind=kind,
            at=at,
            status=status,
            error=error,
            answered_at=self._clock.now(),
        )

    def _note(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)
        outcome = "accepted" if attempt.accepted else "refused"
        if attempt.kind == "forged":
            self._counts[f"forged_{outcome}"] += 1
            return
        self._counts[outcome] += 1
        if attempt.accepted:
            self._failures.pop(attempt.subscription, None)
        else:
            self._failures[attempt.subscription] += 1

    def _is_given_up(self, subscription: str) -> bool:
        """Whether it has just failed once too often, so that its marketplace drops it."""
        if self._failures[subscription] != self._terms.gives_up_after:
            return False
        del self._failures[subscription]
        return self._on_given_up(subscription)

    def _held_back_s(self) -> float:
        if self._strikes("delayed"):
            return self._draw_s("delayed", 60, 86_400)
        if self._strikes("reordered"):
            return self._draw_s("reordered", 0.2, 5.0)
        return 0.0

    def _strikes(self, fault: str) -> bool:
        return self._faults.strikes(f"{self._market}.webhook_{fault}")

    def _draw_s(self, fault: str, low: float, high: float) -> float:
        return self._faults.stream(f"{self._market}.webhook_{fault}").uniform(low, high)


def _told(attempt: Attempt) -> dict[str, Any]:
    times = {"at": attempt.at.isoformat(), "answered_at": attempt.answered_at.isoformat()}
    return asdict(attempt) | times
