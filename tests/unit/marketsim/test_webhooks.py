import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from marketsim.clock import MarketClock
from marketsim.faults import Faults
from marketsim.pieces import MARKETS, MarketName
from marketsim.webhooks import Courier, Notice, Terms, webhook_faults

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TERMS = Terms(
    attempt_delays_s=(0, 10, 60), connect_timeout_s=1, total_timeout_s=5, gives_up_after=3
)
HURRIED = replace(TERMS, total_timeout_s=0.05)
Subscriber = Callable[[httpx2.Request], Any]
ON_AND_OFF = pytest.mark.parametrize("rate", [1.0, 0.0], ids=["on", "off"])


def sign(body: bytes, attempt: int) -> Mapping[str, str]:
    return {"x-signature": body.hex(), "x-attempt": str(attempt)}


def notice(number: int = 1) -> Notice:
    return Notice(
        id=f"n{number}",
        subscription="s1",
        topic="orders/create",
        url="http://peg.test/webhooks",
        body=b'{"id":%d}' % number,
        sign=sign,
    )


class Street:
    """A courier at work between a market and one subscriber, on a clock that stands still."""

    def __init__(
        self, market: MarketName, subscriber: Subscriber, terms: Terms, rates: Mapping[str, float]
    ) -> None:
        self.clock = MarketClock(NOON, speed=0)
        self.given_up: list[str] = []
        known = webhook_faults(market)
        faults = Faults(known, seed=7)
        faults.set_rates(dict.fromkeys(known, 0.0))
        faults.set_rates({f"{market}.{name}": rate for name, rate in rates.items()})
        self.courier = Courier(
            market=market,
            clock=self.clock,
            faults=faults,
            http=httpx2.AsyncClient(transport=httpx2.MockTransport(subscriber)),
            terms=terms,
            on_given_up=self._give_up,
        )

    def _give_up(self, subscription: str) -> bool:
        self.given_up.append(subscription)
        return True

    async def pass_time(self, seconds: float = 0) -> None:
        await settle()
        self.clock.advance(seconds)
        await settle()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture(params=MARKETS)
async def street(request: pytest.FixtureRequest) -> AsyncIterator[Callable[..., Street]]:
    """Builds one of either marketplace; what goes wrong is named as there, else nothing does."""
    built: list[Street] = []

    def build(subscriber: Subscriber, *, terms: Terms = TERMS, **rates: float) -> Street:
        built.append(Street(request.param, subscriber, terms, rates))
        return built[-1]

    yield build
    for each in built:
        await each.courier.close()


async def test_a_refused_webhook_comes_again_by_the_schedule_with_the_same_bytes(
    street: Callable[..., Street],
) -> None:
    answers = iter((500, 302, 200))
    bodies: list[bytes] = []

    def subscriber(request: httpx2.Request) -> httpx2.Response:
        bodies.append(request.content)
        return httpx2.Response(next(answers), headers={"location": "http://elsewhere.test"})

    here = street(subscriber)

    here.courier.send(notice())
    await here.pass_time(9.9)
    early = len(bodies)
    await here.pass_time(0.1)
    await here.pass_time(60)

    assert early == 1
    assert bodies == [b'{"id":1}'] * 3
    assert [a.status for a in here.courier.record()] == [500, 302, 200]
    assert [a.number for a in here.courier.record()] == [1, 2, 3]
    assert here.courier.waiting == 0
    assert here.given_up == []


async def test_a_subscription_is_given_up_after_so_many_failures_of_one_notice(
    street: Callable[..., Street],
) -> None:
    def subscriber(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody listens")

    here = street(subscriber)

    here.courier.send(notice())
    await here.pass_time(10)
    before = list(here.given_up)
    await here.pass_time(60)

    assert before == []
    assert here.given_up == ["s1"]
    assert all(a.status is None and a.error for a in here.courier.record())


async def test_failures_of_different_notices_count_together(street: Callable[..., Street]) -> None:
    here = street(lambda _: httpx2.Response(500))

    for number in (1, 2, 3):
        here.courier.send(notice(number))
        await here.pass_time()

    assert here.given_up == ["s1"]


async def test_a_success_in_between_keeps_the_subscription(street: Callable[..., Street]) -> None:
    def subscriber(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200 if request.content == b'{"id":2}' else 500)

    here = street(subscriber)

    here.courier.send(notice(1))
    await here.pass_time(10)
    here.courier.send(notice(2))
    await here.pass_time(60)

    assert here.given_up == []
    assert here.courier.report()["counts"]["never_delivered"] == 1


async def test_a_subscriber_who_does_not_answer_in_time_has_failed(
    street: Callable[..., Street],
) -> None:
    hung_up = asyncio.Event()

    async def subscriber(_: httpx2.Request) -> httpx2.Response:
        try:
            await asyncio.sleep(60)
        finally:
            hung_up.set()
        return httpx2.Response(200)

    here = street(subscriber, terms=HURRIED)

    here.courier.send(notice())
    await hung_up.wait()
    await settle()

    (attempt,) = here.courier.record()
    assert (attempt.status, attempt.error) == (None, "no answer within 0.05 s")


@ON_AND_OFF
async def test_a_lost_webhook_is_never_sent(street: Callable[..., Street], rate: float) -> None:
    here = street(lambda _: httpx2.Response(200), webhook_lost=rate)

    here.courier.send(notice())
    await here.pass_time(100_000)

    counts = here.courier.report()["counts"]
    assert counts == {"noticed": 1} | ({"lost": 1} if rate else {"accepted": 1})
    assert len(here.courier.record()) == (0 if rate else 1)


@ON_AND_OFF
async def test_a_doubled_webhook_arrives_twice_under_one_id(
    street: Callable[..., Street], rate: float
) -> None:
    here = street(lambda _: httpx2.Response(200), webhook_doubled=rate)

    here.courier.send(notice())
    await here.pass_time(2)

    assert [a.notice for a in here.courier.record()] == (["n1", "n1"] if rate else ["n1"])


@pytest.mark.parametrize(("rate", "overtaken"), [(0.5, True), (0, False)], ids=["on", "off"])
async def test_a_reordered_webhook_is_overtaken(
    street: Callable[..., Street], rate: float, *, overtaken: bool
) -> None:
    here = street(lambda _: httpx2.Response(200), webhook_reordered=rate)

    for number in range(12):
        here.courier.send(notice(number))
    await here.pass_time()
    at_once = len(here.courier.record())
    await here.pass_time(5)

    arrived = [a.notice for a in here.courier.record()]
    in_order = sorted(arrived, key=lambda name: int(name[1:]))
    assert len(arrived) == 12
    assert (at_once < 12, arrived != in_order) == (overtaken, overtaken)


@ON_AND_OFF
async def test_a_delayed_webhook_comes_at_least_a_minute_late(
    street: Callable[..., Street], rate: float
) -> None:
    here = street(lambda _: httpx2.Response(200), webhook_delayed=rate)

    here.courier.send(notice())
    await here.pass_time(59)
    early = here.courier.record()
    await here.pass_time(86_400)

    assert len(early) == (0 if rate else 1)
    assert len(here.courier.record()) == 1


@ON_AND_OFF
async def test_a_forged_copy_does_not_fit_its_signature_and_costs_no_subscription(
    street: Callable[..., Street], rate: float
) -> None:
    def subscriber(request: httpx2.Request) -> httpx2.Response:
        fits = request.headers["x-signature"] == request.content.hex()
        return httpx2.Response(200 if fits else 401)

    here = street(subscriber, webhook_forged=rate)

    here.courier.send(notice())
    await here.pass_time(1000)

    forged = {"forged": 401} if rate else {}
    assert {a.kind: a.status for a in here.courier.record()} == {"genuine": 200} | forged
    assert here.courier.report()["counts"].get("forged_refused", 0) == len(forged)
    assert here.given_up == []


async def test_nothing_more_is_sent_to_a_subscription_that_was_removed(
    street: Callable[..., Street],
) -> None:
    here = street(lambda _: httpx2.Response(500))

    here.courier.send(notice())
    await here.pass_time()
    here.courier.forget("s1")
    await here.pass_time(1000)

    assert len(here.courier.record()) == 1
    assert here.courier.waiting == 0
